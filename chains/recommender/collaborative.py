"""Collaborative filtering: factors of items, item neighbours, and successors."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chains.recommender.config import RecommenderConfig
from chains.recommender.errors import missing_library
from chains.recommender.interactions import Interactions
from chains.recommender.item_vectors import Floats, Ints

SUCCESSOR_WINDOW = 5  # Later events of a user that count as following an event.
SUCCESSOR_PRIOR = 5  # Added to the counts that successors are normalized with.
REPEAT_WEIGHT = 0.1  # Times the log of the number of interactions of a user with an item.


@dataclass(frozen=True)
class CollaborativeModel:
    """What interactions tell about items; row ``i`` of each table is item ``i``.

    ``factors`` (items, factors) are of an implicit matrix factorization. ``neighbours`` and
    ``successors`` are sparse (items, items): the cosine of items by the users they share, and how
    often the same users turned to an item within their next events.
    """

    config: RecommenderConfig
    factors: Floats
    neighbours: Any
    successors: Any

    @classmethod
    def fit(
        cls, interactions: Interactions, num_items: int, config: RecommenderConfig
    ) -> CollaborativeModel:
        """Fit with ``implicit`` (alternating least squares; Hu, Koren and Volinsky 2008)."""
        matrix = interaction_matrix(interactions, num_items)
        solver = _als(config)
        solver.fit(matrix, show_progress=False)
        factors = np.asarray(solver.item_factors, np.float32)
        neighbours = item_neighbours(matrix, config.neighbours)
        return cls(config, factors, neighbours, item_successors(interactions, num_items))

    @cached_property
    def _solver(self) -> Any:
        solver = _als(self.config)
        solver.item_factors = self.factors
        return solver

    def user_factors(self, items: Ints, strength: Floats) -> Floats:
        """Return the factors of a user, known or new, with these interactions: (factors,)."""
        from scipy.sparse import csr_matrix

        if not len(items):
            return np.zeros(self.factors.shape[1], np.float32)
        shape = (1, len(self.factors))
        row = csr_matrix((strength, (np.zeros_like(items), items)), shape=shape)
        factors: Floats = self._solver.recalculate_user(0, row)
        return factors


def interaction_matrix(interactions: Interactions, num_items: int) -> Any:
    """Return a sparse (users, items) matrix of strengths.

    Repeated interactions count as the strongest one, plus a little for their number.
    """
    from scipy.sparse import csr_matrix

    num_users = int(interactions.user.max()) + 1 if len(interactions) else 1
    keys = interactions.user * num_items + interactions.item
    unique, inverse = np.unique(keys, return_inverse=True)
    strength = np.zeros(len(unique), np.float32)
    np.maximum.at(strength, inverse, interactions.strength)
    repeats = np.bincount(inverse, minlength=len(unique))
    strength += REPEAT_WEIGHT * np.log(repeats).astype(np.float32)
    coordinates = (unique // num_items, unique % num_items)
    return csr_matrix((strength, coordinates), shape=(num_users, num_items))


def item_neighbours(matrix: Any, k: int) -> Any:
    """Return the cosine of each item with its ``k`` nearest items: sparse (items, items)."""
    from scipy.sparse import csr_matrix

    try:
        from implicit.nearest_neighbours import CosineRecommender  # type: ignore[import-untyped]
    except ImportError:
        raise missing_library("implicit") from None
    model = CosineRecommender(K=k + 1, num_threads=1)  # One more: an item is nearest to itself.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # The library warns of its own conversion.
        model.fit(matrix, show_progress=False)
    similarity = csr_matrix(model.similarity, dtype=np.float32)
    similarity.setdiag(0)
    similarity.eliminate_zeros()
    return similarity


def item_successors(interactions: Interactions, num_items: int) -> Any:
    """Return how often each item follows another, against how frequent both are.

    A pair counts 1 / its distance in the user's events. The result is sparse (items, items).
    """
    from scipy.sparse import csr_matrix, diags

    order = np.lexsort((interactions.time, interactions.user))
    user, item = interactions.user[order], interactions.item[order]
    counts = csr_matrix((num_items, num_items), dtype=np.float32)
    for gap in range(1, SUCCESSOR_WINDOW + 1):
        same_user = user[gap:] == user[:-gap]
        first, second = item[:-gap][same_user], item[gap:][same_user]
        weight = np.full(len(first), 1 / gap, np.float32)
        counts = counts + csr_matrix((weight, (first, second)), shape=(num_items, num_items))
    frequency = np.bincount(item, minlength=num_items).astype(np.float32)
    scale = diags(1 / np.sqrt(frequency + SUCCESSOR_PRIOR))
    return (scale @ counts @ scale).tocsr().astype(np.float32)


def _als(config: RecommenderConfig) -> Any:
    try:
        from implicit.als import AlternatingLeastSquares  # type: ignore[import-untyped]
    except ImportError:
        raise missing_library("implicit") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # The library warns of the number of BLAS threads.
        return AlternatingLeastSquares(
            factors=config.factors,
            regularization=config.regularization,
            alpha=config.alpha,
            iterations=config.iterations,
            random_state=config.seed,
            use_gpu=False,
        )
