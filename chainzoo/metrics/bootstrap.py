"""Confidence intervals by resampling rows (Efron 1979), without scoring any row twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

CHUNK = 100  # Resamples at a time; bounds memory at CHUNK x rows.

Scorer = Callable[[np.ndarray], Mapping[str, np.ndarray]]


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better the second of two models is on the same rows.

    ``low`` and ``high`` bound the 95 % interval; ``p`` is the two-sided bootstrap p-value.
    """

    delta: float
    low: float
    high: float
    p: float


def intervals(
    counts: np.ndarray, scores: Scorer, resamples: int = 1000, seed: int = 13, level: float = 0.95
) -> dict[str, tuple[float, float]]:
    """The percentile interval of each score.

    ``counts`` has shape (rows, k); ``scores`` turns sums of them, (resamples, k), into scores.
    """
    counts = counts.astype(float)  # Matrices of integers are multiplied many times slower.
    chunks = [scores(w @ counts) for w in _weights(len(counts), resamples, seed)]
    edges = ((1 - level) / 2, (1 + level) / 2)
    found = {}
    for name in chunks[0]:
        low, high = np.quantile(np.concatenate([chunk[name] for chunk in chunks]), edges)
        found[name] = (float(low), float(high))
    return found


def paired_difference(
    first: np.ndarray,
    second: np.ndarray,
    scores: Scorer,
    metric: str,
    resamples: int = 1000,
    seed: int = 13,
) -> Difference:
    """The difference of two models, resampling the same rows for both."""
    first, second = first.astype(float), second.astype(float)
    deltas = np.concatenate(
        [
            scores(w @ second)[metric] - scores(w @ first)[metric]
            for w in _weights(len(first), resamples, seed)
        ]
    )
    delta = float(scores(second.sum(axis=0))[metric] - scores(first.sum(axis=0))[metric])
    low, high = (float(edge) for edge in np.quantile(deltas, (0.025, 0.975)))
    beyond = min((deltas <= 0).mean(), (deltas >= 0).mean())
    return Difference(delta, low, high, min(1.0, 2 * float(beyond)))


def _weights(rows: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """How often each row is drawn, for each resample: shape (up to CHUNK, rows)."""
    random = np.random.default_rng(seed)
    for start in range(0, resamples, CHUNK):
        size = min(CHUNK, resamples - start)
        drawn = random.integers(0, rows, (size, rows))
        drawn += np.arange(size)[:, None] * rows
        times = np.bincount(drawn.ravel(), minlength=size * rows).reshape(size, rows)
        yield times.astype(float)
