"""Diversify a ranking by maximal marginal relevance."""

from __future__ import annotations

import numpy as np

from chains.recommender.item_vectors import Floats, Ints


def select_diverse(items: Ints, scores: Floats, texts: Floats, k: int, diversity: float) -> Ints:
    """Return the positions of ``k`` items by maximal marginal relevance.

    ``items`` and ``scores`` are sorted, the best first. ``diversity`` is the weight of the cosine
    with the items selected before, against the score; 0 keeps the order. Carbonell and Goldstein
    (1998).
    """
    k = min(k, len(items))
    if diversity <= 0 or k < 2:
        return np.arange(k)
    low, high = float(scores.min()), float(scores.max())
    relevance = (scores - low) / max(high - low, 1e-9)
    cosine = texts[items] @ texts[items].T
    selected = [0]
    max_cosine = cosine[0].copy()
    while len(selected) < k:
        value = (1 - diversity) * relevance - diversity * max_cosine
        value[selected] = -np.inf
        best = int(value.argmax())
        selected.append(best)
        max_cosine = np.maximum(max_cosine, cosine[best])
    return np.array(selected)
