"""Cold start: factors of items with few or no interactions, predicted from their texts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from chains.recommender.collaborative import CollaborativeModel
from chains.recommender.features import RetrievalModel
from chains.recommender.interactions import Interactions
from chains.recommender.item_vectors import Floats
from chains.recommender.popularity import PopularityHistory

MIN_COUNT = 10  # Interactions of an item that the regression is fitted on.
MIN_ITEMS = 50  # Items that the regression needs.
RIDGE_ALPHA = 10.0
SHRINKAGE = 3  # Interactions at which fitted and predicted factors weigh the same.


def smooth_factors(texts: Floats, factors: Floats, count: Floats) -> Floats:
    """Return factors in which items with few interactions lean on their texts.

    A ridge regression from texts to factors is fitted on items with enough interactions. ``count``
    are the interactions of each item; an item without any gets the predicted factors.
    """
    from sklearn.linear_model import Ridge

    known = count >= MIN_COUNT
    if known.sum() < MIN_ITEMS:
        return factors
    ridge = Ridge(alpha=RIDGE_ALPHA).fit(texts[known], factors[known], count[known])
    share = (count / (count + SHRINKAGE))[:, None]
    smoothed = share * factors + (1 - share) * ridge.predict(texts)
    return np.asarray(smoothed, np.float32)


def with_new_items(
    retrieval: RetrievalModel, interactions: Interactions, vectors: Floats
) -> RetrievalModel:
    """Return a retrieval model with items that have no interactions; ``vectors`` are their texts'."""
    collaborative, config = retrieval.collaborative, retrieval.config
    texts = np.concatenate([retrieval.texts, vectors])
    num_items = len(texts)
    unknown = np.zeros((len(vectors), collaborative.factors.shape[1]), np.float32)
    factors = np.concatenate([collaborative.factors, unknown])
    count = np.bincount(interactions.item, minlength=num_items).astype(np.float32)
    factors[-len(vectors) :] = smooth_factors(texts, factors, count)[-len(vectors) :]
    enlarged = CollaborativeModel(
        config,
        factors,
        _resized(collaborative.neighbours, num_items),
        _resized(collaborative.successors, num_items),
    )
    popularity = PopularityHistory.of(interactions, num_items, config)
    return replace(retrieval, texts=texts, collaborative=enlarged, popularity=popularity)


def _resized(table: Any, size: int) -> Any:
    """Return a square sparse table with empty rows and columns added."""
    from scipy.sparse import csr_matrix

    resized = csr_matrix(table, copy=True)
    resized.resize((size, size))
    return resized
