"""The recommender as a Runnable: a request in, items with reasons out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.runnables import Runnable, RunnableConfig

from chains.recommender import ranker, store
from chains.recommender.asking import Recommendation, Request, as_request
from chains.recommender.behaviour import Floats, Ints
from chains.recommender.choosing import diverse, reason, steady
from chains.recommender.config import RecommenderConfig
from chains.recommender.learning import Say, learn, score
from chains.recommender.people import Person, newcomer, person_of
from chains.recommender.problems import RecommenderError
from chains.recommender.tables import read_events, read_items
from chains.recommender.texts import embed
from chainzoo import Zoo

TASTE_LIKES = 10  # Items nearest to a sentence that stand in for a past.
POOL = 50  # Best items among which unlike ones are chosen.


class Recommender(Runnable[Any, list[Recommendation]]):
    """``invoke({"user": "42", "k": 5})``, or ``{"taste": "slow films about trains"}``."""

    def __init__(self, state: store.State, zoo: Zoo) -> None:
        self.state, self.zoo, self.name = state, zoo, state.name

    @cached_property
    def _users(self) -> dict[str, int]:
        return {user: at for at, user in enumerate(self.state.users)}

    @cached_property
    def _items(self) -> dict[str, int]:
        return {item.id: at for at, item in enumerate(self.state.items)}

    def invoke(
        self,
        input: Any,  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> list[Recommendation]:
        """Items for the one who asks: a ``Request``, its fields, or a user's id.

        Raises:
            RecommenderError: the request does not fit, or the user is not known.
        """
        return self._call_with_config(self._answer, input, config, **kwargs)

    def _answer(self, value: Any) -> list[Recommendation]:
        request = as_request(value)
        person = self.person(request)
        found, scores = self.ranked(person)
        diversity = request.diversity
        diversity = self.state.config.diversity if diversity is None else diversity
        texts = self.state.skill.known.texts
        pool = max(POOL, 2 * request.k)
        order = diverse(found[:pool], scores[:pool], texts, request.k, diversity)
        chosen, told = found[order], scores[order]
        fitting = set(self._near(person).tolist()) if person.taste else set()
        if request.fresh:
            new = self._fresh(person, request)
            new = new[~np.isin(new, chosen)][: min(request.fresh, request.k)]
            chosen = np.concatenate([chosen[: request.k - len(new)], new])
            told = np.concatenate([told, np.full(len(chosen), np.nan)])
        return [
            Recommendation(
                self.state.items[at].id,
                self.state.items[at].title,
                round(float(s), 4) if np.isfinite(s) else 0.0,
                reason(self.state, person, at, fits=at in fitting),
            )
            for at, s in zip(chosen.tolist(), told.tolist(), strict=False)
        ]

    def person(self, request: Request) -> Person:
        """The one who asks, as known at the moment of asking."""
        events, moment = self.state.events, request.moment()
        if request.user is None:
            return newcomer(events, request.taste or "", moment)
        if request.user not in self._users:
            raise RecommenderError(
                f"The user {request.user!r} has no event in {self.name!r}.",
                remedy="Tell what is liked in a sentence instead: --taste 'films about trains'",
            )
        person = person_of(events, self._users[request.user], moment)
        return replace(person, taste=request.taste or "")

    def ranked(self, person: Person) -> tuple[Ints, Floats]:
        """All candidates, the best first; never one that the person has touched."""
        skill, items = self.state.skill, self.state.items
        if not len(person.items):
            return self._for_newcomer(person)
        if not person.taste:
            return score(skill, self.zoo, items, person)
        usual, scores = score(skill, self.zoo, items, replace(person, taste=""))
        told, fits = self._for_newcomer(person)
        both: dict[int, float] = {}
        for some, values in ((usual, steady(scores)), (told, steady(fits))):
            for at, one in zip(some.tolist(), values.tolist(), strict=True):
                both[at] = both.get(at, 0.0) + one
        order = sorted(both, key=lambda at: -both[at])
        return np.array(order, np.int64), np.array([both[at] for at in order], np.float32)

    def _for_newcomer(self, person: Person) -> tuple[Ints, Floats]:
        """By the sentence: near texts, those whom people like that like, and what is popular."""
        known = self.state.skill.known
        moment = known.past.before(person.moment)
        if not person.taste:
            order = np.argsort(-moment.recent, kind="stable")[: known.config.candidates]
            return order, moment.recent[order]
        near = self._near(person)
        cosine = known.texts[near] @ self._taste(person)
        factors = known.behaviour.person(
            near[:TASTE_LIKES], np.ones(min(TASTE_LIKES, len(near)), np.float32)
        )
        liked = known.behaviour.factors[near] @ factors
        popular = np.log1p(moment.count[near])
        total = steady(cosine) + 0.3 * steady(liked) + 0.3 * steady(popular)
        order = np.argsort(-total, kind="stable")
        near, total = near[order], total[order]
        if self.state.skill.weight > 0:
            depth = known.config.ranker_depth
            fits = ranker.read(
                self.zoo, self.state.skill.ranker, person, self.state.items, near[:depth]
            )
            total[:depth] += 0.3 * steady(fits)
            again = np.argsort(-total, kind="stable")
            near, total = near[again], total[again]
        return near, total

    def _taste(self, person: Person) -> Floats:
        """The vector of a sentence of taste."""
        embedder = self.zoo.embeddings(self.state.config.embedding)
        return np.asarray(embedder.embed_query(person.taste), np.float32)

    def _near(self, person: Person) -> Ints:
        """Items that stand near to the sentence and that the person has not touched."""
        known = self.state.skill.known
        deep = known.config.candidates + len(person.seen)
        near = known.near_texts.search(self._taste(person), deep)
        free: Ints = near[~np.isin(near, list(person.seen))]
        return free

    def _fresh(self, person: Person, request: Request) -> Ints:
        """Items that nobody has touched, nearest in text to what the person likes."""
        known = self.state.skill.known
        moment = person.moment if request.at else known.past.time.max() + 1
        new = np.flatnonzero(known.past.before(int(moment)).count == 0)
        k = request.fresh + POOL  # Some may be in the list already.
        likes = known.texts[person.likes].mean(axis=0) if len(person.likes) else None
        if person.taste:
            likes = self._taste(person)
        if likes is None or not len(new):
            return new[:k]
        best: Ints = new[np.argsort(-(known.texts[new] @ likes), kind="stable")[:k]]
        return best

    def similar(self, item: str, k: int = 10) -> list[Recommendation]:
        """Items like one, by text and by who touched them; ``item`` is an id or a title.

        Raises:
            RecommenderError: there is no such item.
        """
        at = self._find(item)
        known, items = self.state.skill.known, self.state.items
        factors = known.behaviour.factors
        length = np.linalg.norm(factors, axis=1) + 1e-9
        count = np.bincount(known.past.item, minlength=len(items))
        sure = count / (count + 5) * count[at] / (count[at] + 5)  # Few events prove little.
        behaviour = factors @ factors[at] / (length * length[at]) * sure
        score_of = known.texts @ known.texts[at] + behaviour
        score_of[at] = -np.inf
        best = np.argsort(-score_of, kind="stable")[:k].tolist()
        why = f"like {items[at].title} in text and in who likes it"
        return [
            Recommendation(items[b].id, items[b].title, round(float(score_of[b]) / 2, 4), why)
            for b in best
        ]

    def _find(self, item: str) -> int:
        if item in self._items:
            return self._items[item]
        wanted = item.casefold()
        for at, one in enumerate(self.state.items):
            if one.title.casefold().startswith(wanted):
                return at
        raise RecommenderError(
            f"There is no item {item!r} in {self.name!r}.", remedy="Give its id, or how it begins."
        )

    def add(self, source: Any, columns: Mapping[str, str] | None = None) -> int:
        """Take in new items by their texts alone; gives how many were new."""
        new = [item for item in read_items(source, columns) if item.id not in self._items]
        if new:
            vectors = embed(new, self.zoo.embeddings(self.state.config.embedding))
            self.state = store.extended(self.state, new, vectors)
            store.save(place(self.zoo), self.state)
            self.__dict__.pop("_items", None)
        return len(new)


def place(zoo: Zoo) -> Path:
    """Where recommenders are kept."""
    return zoo.home.root / "recommenders"


def build_recommender(
    items: Any,
    events: Any,
    *,
    name: str,
    config: RecommenderConfig | None = None,
    zoo: Zoo | None = None,
    columns: Mapping[str, str] | None = None,
    say: Say = lambda sentence: None,
) -> Recommender:
    """Learn from files or data frames of items and events, keep it as ``name``, and give it.

    Raises:
        RecommenderError: a file cannot be read as items or events.
    """
    zoo, config = zoo or Zoo(), config or RecommenderConfig()
    if not name.replace("-", "").replace("_", "").isalnum():
        raise RecommenderError(f"{name!r} is no name.", remedy="Use letters, digits, - and _.")
    things = read_items(items, columns)
    happened, users, notes = read_events(events, things, columns, config.liked)
    say(f"{len(things):,} items, {len(happened):,} events of {len(users):,} users.")
    for note in notes:
        say(note)
    say(f"Embedding the texts with {config.embedding}.")
    texts = embed(things, zoo.embeddings(config.embedding))
    skill, facts = learn(zoo, name, things, happened, texts, config, say)
    facts = {"users": len(users), **facts, "notes": notes}
    state = store.State(name, config, tuple(things), users, happened, skill, facts)
    store.save(place(zoo), state)
    return Recommender(state, zoo)


def open_recommender(name: str, zoo: Zoo | None = None) -> Recommender:
    """A recommender that was built before."""
    zoo = zoo or Zoo()
    return Recommender(store.load(place(zoo), name), zoo)
