"""The text-ranking model: pairs of a person in words and an item, tuned and called by ChainZoo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from chains.recommender.behaviour import Floats, Ints
from chains.recommender.config import RecommenderConfig
from chains.recommender.people import Case, Person
from chains.recommender.tables import Events, Item
from chainzoo import Zoo

TOLD = 5  # Liked titles that a person is told by.
WRONG = 3  # Items that were not liked, for one that was.
LENGTH = 96


def in_words(person: Person, items: Sequence[Item]) -> str:
    """A person as the model reads one: their sentence, or what they liked of late."""
    if person.taste:
        return person.taste
    titles = [items[at].title for at in person.likes[-TOLD:][::-1].tolist()]
    return f"Somebody who liked {'; '.join(titles)}"


def taste_of(person: Person, items: Sequence[Item]) -> str:
    """The genres that a person likes most, as somebody new would tell them."""
    genres = Counter(g for at in person.likes.tolist() for g in items[at].genres)
    return f"I like {', '.join(g for g, _ in genres.most_common(3))}" if genres else ""


def pairs(
    cases: Sequence[Case], past: Events, items: Sequence[Item], config: RecommenderConfig
) -> list[dict[str, Any]]:
    """What came next as 1, other items by how common they are as 0; half of the people by genres."""
    draw = np.random.default_rng(config.seed)
    rows: list[dict[str, Any]] = []
    for case in (cases[at] for at in draw.permutation(len(cases))):
        for at in sorted(case.relevant):
            told = taste_of(case.person, items) if len(rows) % (2 * (WRONG + 1)) else ""
            query = told or in_words(case.person, items)
            rows.append({"query": query, "item": items[at].text, "score": 1})
            others = draw.choice(past.item, 4 * WRONG).tolist()
            wrong = [o for o in others if o not in case.relevant and o not in case.person.seen]
            rows += [{"query": query, "item": items[o].text, "score": 0} for o in wrong[:WRONG]]
        if len(rows) >= config.ranker_pairs:
            break
    return rows[: config.ranker_pairs]


def tune(zoo: Zoo, name: str, rows: list[dict[str, Any]], config: RecommenderConfig) -> str:
    """Tune the model on pairs; gives its name and version."""
    run = zoo.tune(
        rows,
        task="text-ranking",
        model=config.ranker_base,
        name=f"{name}-ranker",
        method="lora",
        epochs=1,
        max_length=LENGTH,
        seed=config.seed,
    )
    return run.wait().ref


def read(zoo: Zoo, ref: str, person: Person, items: Sequence[Item], some: Ints) -> Floats:
    """How well each item fits the person, from 0 to 1."""
    query = in_words(person, items)
    asked = [{"query": query, "item": items[at].text} for at in some.tolist()]
    return np.array([p.score for p in zoo.predictor(ref).predict(asked)], np.float32)
