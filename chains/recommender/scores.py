"""Combine scores of several sources."""

from __future__ import annotations

import numpy as np

from chains.recommender.item_vectors import Floats, Ints


def standardize(scores: Floats) -> Floats:
    """Return scores at mean 0 and standard deviation 1; zeros if all are equal."""
    deviation = float(scores.std()) if len(scores) else 0.0
    centred = (scores - scores.mean()) / deviation if deviation > 0 else 0 * scores
    standardized: Floats = centred.astype(np.float32)
    return standardized


def combine(blend_scores: Floats, reranker_scores: Floats, weight: float) -> Floats:
    """Return the sum of standardized scores; ``weight`` is that of the reranker."""
    return standardize(blend_scores) + np.float32(weight) * standardize(reranker_scores)


def descending(scores: Floats) -> Ints:
    """Return the positions of scores from the highest to the lowest, ties in order."""
    order: Ints = np.argsort(-scores, kind="stable")
    return order
