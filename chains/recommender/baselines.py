"""Baselines: popularity, item-kNN and matrix factorization, without the items a user has seen."""

from __future__ import annotations

import numpy as np

from chains.recommender.features import RetrievalModel
from chains.recommender.item_vectors import Floats, Ints
from chains.recommender.metrics import RankItems
from chains.recommender.users import UserProfile


def baselines(model: RetrievalModel) -> dict[str, RankItems]:
    """Return the baselines by name."""

    def popularity(user: UserProfile, k: int) -> Ints:
        count = np.bincount(model.popularity.item, minlength=model.popularity.num_items)
        return best_unseen(count.astype(np.float32), user, k)

    def item_knn(user: UserProfile, k: int) -> Ints:
        return best_unseen(model.signals(user).neighbours, user, k)

    def factorization(user: UserProfile, k: int) -> Ints:
        factors = model.collaborative.user_factors(user.items, user.strength)
        return best_unseen(model.collaborative.factors @ factors, user, k)

    return {"popularity": popularity, "item-kNN": item_knn, "factorization": factorization}


def best_unseen(scores: Floats, user: UserProfile, k: int) -> Ints:
    """Return the ``k`` items with the highest scores that the user has not seen."""
    unseen = scores.astype(np.float64)
    unseen[list(user.seen)] = -np.inf
    best: Ints = np.argsort(-unseen, kind="stable")[:k]
    return best
