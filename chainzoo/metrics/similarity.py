"""Metrics of embeddings: ranks among candidates, and correlation with scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

CHUNK = 1024  # Queries at a time; bounds memory at CHUNK x candidates.
TIE = 1e-6  # Cosines in float32 that differ by less are equal.


def ranks_of_own(queries: Any, candidates: Any, own: Sequence[int]) -> np.ndarray:
    """The rank of each query's own candidate, from 1, by dot product; ties do not count against it.

    Args:
        queries: matrix (queries, dimensions), dense or sparse (SciPy).
        candidates: matrix (candidates, dimensions) of the same kind.
        own: for each query the row of the candidate that belongs to it.
    """
    ranks = np.zeros(len(own), dtype=np.int64)
    for start in range(0, len(own), CHUNK):
        rows = queries[start : start + CHUNK] @ candidates.T
        rows = rows if isinstance(rows, np.ndarray) else rows.toarray()
        chosen = rows[np.arange(len(rows)), list(own[start : start + CHUNK])]
        ranks[start : start + CHUNK] = 1 + (rows > chosen[:, None] + TIE).sum(axis=1)
    return ranks


def correlation_columns(truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Columns (rows, 6) whose sums decide Pearson's correlation: 1, x, y, x², y², xy.

    Both are centred and scaled first, which does not change the correlation but keeps the sums
    exact.
    """
    x, y = _standardize(truth), _standardize(predicted)
    return np.stack([np.ones(len(x)), x, y, x * x, y * y, x * y], axis=1)


def rank_columns(truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Columns whose sums decide Spearman's correlation (1904): those of Pearson's on the ranks.

    Ranks are those among all rows, also where a resample sums up some of the rows.
    """
    from scipy.stats import rankdata

    return correlation_columns(rankdata(truth), rankdata(predicted))


def correlation(sums: np.ndarray) -> np.ndarray:
    """Pearson's correlation from sums of ``correlation_columns``, of shape (..., 6).

    It is 0 where one of the two does not vary.
    """
    n, x, y, xx, yy, xy = np.moveaxis(np.asarray(sums, dtype=float), -1, 0)
    n = np.maximum(n, 1)
    covariance = xy / n - (x / n) * (y / n)
    variances = (xx / n - (x / n) ** 2) * (yy / n - (y / n) ** 2)
    out: np.ndarray = np.zeros(np.shape(covariance))
    np.divide(covariance, np.sqrt(np.maximum(variances, 0)), out=out, where=variances > 1e-18)
    return np.asarray(np.clip(out, -1.0, 1.0))


def _standardize(values: np.ndarray) -> np.ndarray:
    centred: np.ndarray = np.asarray(values, dtype=float) - np.mean(values)
    spread = float(np.std(centred))
    return np.asarray(centred / spread if spread > 0 else centred)
