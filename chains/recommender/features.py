"""Candidates for a person, and the numbers by which the blend ranks them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chains.recommender.behaviour import Behaviour, Floats, Ints, Past
from chains.recommender.config import RecommenderConfig
from chains.recommender.people import Person
from chains.recommender.texts import Nearest, profile

LATELY = 5
FEATURES = (
    "factors", "near", "near_lately", "after", "text", "text_lately", "text_best",
    "popular", "popular_lately", "quality", "age", "idle", "history",
    "place_factors", "place_near", "place_near_lately", "place_after", "place_text",
    "place_popular_lately",
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """All that is learnt from items and past events, before anything is blended."""

    config: RecommenderConfig
    texts: Floats
    behaviour: Behaviour
    past: Past

    @cached_property
    def near_texts(self) -> Nearest:
        """Items by text."""
        return Nearest(self.texts)

    @cached_property
    def near_factors(self) -> Nearest:
        """Items by behaviour."""
        return Nearest(self.behaviour.factors)

    def signals(self, person: Person) -> Signals:
        """What is known about all items for one person."""
        return Signals(self, person)


class Signals:
    """Scores of every item for one person, each made when first asked for."""

    def __init__(self, known: Known, person: Person) -> None:
        self.known, self.person = known, person
        self.moment = known.past.before(person.moment)
        self.factors = known.behaviour.person(person.items, person.strength)
        self.profile = profile(known.texts[person.likes])
        self.near = _spread(known.behaviour.near, person.items, person.strength)
        last = person.items[-LATELY:]
        self.near_lately = _spread(known.behaviour.near, last, person.strength[-LATELY:])
        fade = (0.7 ** np.arange(len(last))[::-1]).astype(np.float32)
        self.after = _spread(known.behaviour.after, last, fade)

    def candidates(self) -> Ints:
        """Items from all sources that the person has not touched."""
        k, seen = self.known.config.candidates, self.person.seen
        deep = k + len(seen)
        found: list[Ints] = [_top(self.moment.recent, deep), _top(self.moment.count, deep)]
        if len(self.person.items):
            found += [_top(s, deep) for s in (self.near, self.near_lately, self.after)]
            found.append(self.known.near_factors.search(self.factors, deep))
            found.append(self.known.near_texts.search(self.profile, deep))
        fresh: list[Ints] = []
        hidden = np.fromiter(seen, np.int64, len(seen))
        for some in found:
            fresh.append(some[~np.isin(some, hidden)][:k])
        return np.unique(np.concatenate(fresh))

    def table(self, items: Ints) -> Floats:
        """One row an item, one column a feature."""
        texts, likes = self.known.texts[items], self.known.texts[self.person.likes]
        cosine = texts @ likes.T if len(likes) else np.zeros((len(items), 1), np.float32)
        factors = self.known.behaviour.factors[items] @ self.factors
        text = texts @ self.profile
        near, lately, after = self.near[items], self.near_lately[items], self.after[items]
        moment = self.moment
        recent = moment.recent[items]
        columns = [
            factors, near, lately, after, text, cosine[:, -LATELY:].mean(1), cosine.max(1),
            np.log1p(moment.count[items]), np.log1p(recent), moment.quality[items],
            moment.age[items], moment.idle[items],
            np.full(len(items), np.log1p(len(self.person.items))),
            *(_places(c) for c in (factors, near, lately, after, text, recent)),
        ]  # fmt: skip
        return np.column_stack(columns).astype(np.float32)


def _spread(table: Any, items: Ints, weight: Floats) -> Floats:
    """The sum of the rows of some items, weighted."""
    if not len(items):
        return np.zeros(table.shape[1], np.float32)
    summed = table[items].T @ weight
    return np.asarray(summed, np.float32).ravel()


def _top(scores: Floats, k: int) -> Ints:
    """The numbers of the highest scores above nought, the best first."""
    k = min(k, len(scores))
    some = np.argpartition(-scores, k - 1)[:k]
    some = some[scores[some] > 0]
    best: Ints = some[np.argsort(-scores[some], kind="stable")]
    return best


def _places(scores: Floats) -> Floats:
    """The place of each among the candidates, 1 the best, on a log scale."""
    place = np.empty(len(scores), np.float32)
    place[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    logs: Floats = np.log(place).astype(np.float32)
    return logs
