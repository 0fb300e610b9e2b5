"""Bootstrap intervals (Efron 1979) of scores that are functions of summed counts.

Drawing rows with replacement and adding up their counts is a product of two matrices: how often
each row was drawn, times the counts of each row. A thousand resamples cost a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

ScoreFunction = Callable[[np.ndarray], dict[str, np.ndarray]]

RESAMPLES = 1000
SEED = 13
LEVEL = 0.95
CHUNK_CELLS = 2_000_000  # Draws held in memory at once: 16 MB.
EXACT_IN_FLOAT32 = 2**24


@dataclass(frozen=True, slots=True)
class Difference:
    """How much higher a score is than another on the same rows.

    ``delta`` is the difference, ``low`` and ``high`` bound its 95 % interval, and ``p`` is the
    two-sided bootstrap p-value: how often chance alone would turn the sign.
    """

    metric: str
    delta: float
    low: float
    high: float
    p: float

    @property
    def is_real(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0

    def as_dict(self) -> dict[str, str | float]:
        """The difference as plain values."""
        return asdict(self)


def intervals(
    counts: np.ndarray,
    scores: ScoreFunction,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    level: float = LEVEL,
) -> dict[str, tuple[float, float]]:
    """The percentile interval of each score.

    ``counts`` has shape (rows, k); ``scores`` takes summed counts of shape (resamples, k).
    """
    (drawn,) = resampled([counts], scores, resamples, seed)
    return {name: bounds(values, level) for name, values in drawn.items()}


def paired_difference(
    counts_a: np.ndarray,
    counts_b: np.ndarray,
    scores: ScoreFunction,
    metric: str,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    level: float = LEVEL,
) -> Difference:
    """By how much ``a`` is ahead of ``b`` in ``metric``, both judged on the same drawn rows."""
    drawn_a, drawn_b = resampled([counts_a, counts_b], scores, resamples, seed)
    exact = [float(scores(counts.sum(axis=0))[metric]) for counts in (counts_a, counts_b)]
    return difference(metric, (exact[0], exact[1]), (drawn_a[metric], drawn_b[metric]), level)


def resampled(
    matrices: Sequence[np.ndarray],
    scores: ScoreFunction,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> list[dict[str, np.ndarray]]:
    """For each matrix of counts its scores on every resample; all share the same drawn rows."""
    rows = len(matrices[0])
    kinds = [_exact_kind(matrix) for matrix in matrices]
    food = [matrix.astype(kind) for matrix, kind in zip(matrices, kinds, strict=True)]
    sums: list[list[np.ndarray]] = [[] for _ in matrices]
    for drawn in _draws(rows, resamples, seed):
        for kept, matrix in zip(sums, food, strict=True):
            kept.append(drawn.astype(matrix.dtype) @ matrix)
    return [scores(np.concatenate(kept).astype(np.float64)) for kept in sums]


def bounds(values: np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    """The values between which the middle ``level`` of all values lies."""
    tail = (1 - level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)


def difference(
    metric: str,
    exact: tuple[float, float],
    drawn: tuple[np.ndarray, np.ndarray],
    level: float = LEVEL,
) -> Difference:
    """The difference of two scores, from their values on all rows and on the same resamples."""
    gaps = drawn[0] - drawn[1]
    turned = min(int((gaps <= 0).sum()), int((gaps >= 0).sum()))
    p = min(1.0, 2 * (turned + 1) / (len(gaps) + 1))
    return Difference(metric, exact[0] - exact[1], *bounds(gaps, level), p)


def _draws(rows: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """How often each row is drawn in each resample, some resamples at a time."""
    generator = np.random.default_rng(seed)
    chunk = max(1, CHUNK_CELLS // rows)
    for start in range(0, resamples, chunk):
        size = min(chunk, resamples - start)
        cells = generator.integers(0, rows, size=(size, rows))
        cells += np.arange(size)[:, None] * rows
        yield np.bincount(cells.ravel(), minlength=size * rows).reshape(size, rows)


def _exact_kind(matrix: np.ndarray) -> type[np.float32] | type[np.float64]:
    """The quicker float type where it still adds these whole numbers without an error."""
    largest = int(matrix.max(initial=0)) * len(matrix)
    return np.float32 if largest < EXACT_IN_FLOAT32 else np.float64
