"""The reranker: a text-ranking model over pairs of a described user and an item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from chains.recommender.config import RERANKER_TASK, RecommenderConfig
from chains.recommender.interactions import Interactions
from chains.recommender.item_vectors import Floats, Ints
from chains.recommender.items import Item
from chains.recommender.time_splits import EvaluationCase
from chains.recommender.users import UserProfile
from chainzoo import Zoo

DESCRIBED_ITEMS = 5  # Liked titles that describe a user.
DESCRIBED_GENRES = 3
NEGATIVES = 3  # Items that were not liked, for each that was.
MAX_LENGTH = 96  # Tokens of a pair.


def describe_user(user: UserProfile, items: Sequence[Item]) -> str:
    """Return the query for a user: the described taste, or the titles liked last."""
    if user.taste:
        return user.taste
    titles = [items[at].title for at in user.liked_items[-DESCRIBED_ITEMS:][::-1].tolist()]
    return f"Somebody who liked {'; '.join(titles)}"


def describe_taste(user: UserProfile, items: Sequence[Item]) -> str:
    """Return a sentence about the genres a user likes most, as a new user may write it."""
    genres = Counter(genre for at in user.liked_items.tolist() for genre in items[at].genres)
    names = [genre for genre, _ in genres.most_common(DESCRIBED_GENRES)]
    return f"I like {', '.join(names)}" if names else ""


def training_pairs(
    cases: Sequence[EvaluationCase],
    past: Interactions,
    items: Sequence[Item],
    config: RecommenderConfig,
) -> list[dict[str, Any]]:
    """Return rows of query, item and score: 1 for items liked later, 0 for popular other items.

    Every other query describes the user by genres, so that the model learns described tastes too.
    """
    rng = np.random.default_rng(config.seed)
    rows: list[dict[str, Any]] = []
    for case in (cases[at] for at in rng.permutation(len(cases))):
        for relevant in sorted(case.relevant):
            by_taste = len(rows) % (2 * (NEGATIVES + 1))
            taste = describe_taste(case.profile, items) if by_taste else ""
            query = taste or describe_user(case.profile, items)
            rows.append({"query": query, "item": items[relevant].text, "score": 1})
            drawn = rng.choice(past.item, 4 * NEGATIVES).tolist()
            negatives = [
                item
                for item in drawn
                if item not in case.relevant and item not in case.profile.seen
            ]
            rows += [
                {"query": query, "item": items[item].text, "score": 0}
                for item in negatives[:NEGATIVES]
            ]
        if len(rows) >= config.reranker_pairs:
            break
    return rows[: config.reranker_pairs]


def tune_reranker(
    zoo: Zoo, name: str, rows: list[dict[str, Any]], config: RecommenderConfig
) -> str:
    """Tune the reranker of the recommender ``name``; return its name and version."""
    run = zoo.tune(
        rows,
        task=RERANKER_TASK,
        model=config.reranker_model,
        name=f"{name}-reranker",
        method="lora",
        epochs=1,
        max_length=MAX_LENGTH,
        seed=config.seed,
    )
    return run.wait().ref


def reranker_scores(
    zoo: Zoo, ref: str, user: UserProfile, items: Sequence[Item], candidates: Ints
) -> Floats:
    """Return how well each candidate fits the user, from 0 to 1."""
    query = describe_user(user, items)
    rows = [{"query": query, "item": items[at].text} for at in candidates.tolist()]
    return np.array([p.score for p in zoo.predictor(ref).predict(rows)], np.float32)
