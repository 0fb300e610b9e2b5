"""Wilson's score interval, also for scores that are no proportions of rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from statistics import NormalDist

import numpy as np

ScoreFunction = Callable[[np.ndarray], Mapping[str, np.ndarray]]
Range = tuple[float, float]

UNIT: Range = (0.0, 1.0)
CHUNK = 4096  # Rows left out at a time; bounds memory at CHUNK x columns.
PERTURBATIONS = 8
ZERO = 1e-12  # A variance below this is the rounding error of none.


def wilson_interval(share: float, rows: float, level: float = 0.95) -> Range:
    """Return Wilson's score interval of a proportion (E. B. Wilson, JASA 22, 1927).

    It lies within 0 and 1 and keeps a width where the share is 0 or 1: 20 right of 20 give 0.839 to
    1. ``rows`` may be an effective sample size and thus no whole number.
    """
    z = z_value(level)
    center = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    spread = share * (1 - share) / rows + z * z / (4 * rows * rows)
    half = z * math.sqrt(spread) / (1 + z * z / rows)
    return max(center - half, 0.0), min(center + half, 1.0)


def z_value(level: float) -> float:
    """Return the two-sided quantile of the normal distribution: 1.96 for a level of 0.95."""
    return NormalDist().inv_cdf((1 + level) / 2)


def score_interval(score: float, rows: float, limits: Range, level: float) -> Range:
    """Return Wilson's interval of a score that lies between two finite ``limits``."""
    bottom, top = limits
    low, high = wilson_interval((score - bottom) / (top - bottom), rows, level)
    return bottom + low * (top - bottom), bottom + high * (top - bottom)


def is_bounded(score: float, limits: Range) -> bool:
    """Tell whether both limits of a score are finite and the score lies between them."""
    bottom, top = limits
    return math.isfinite(bottom) and math.isfinite(top) and bottom <= score <= top


def effective_rows(
    counts: np.ndarray, scores: ScoreFunction, ranges: Mapping[str, Range]
) -> dict[str, float]:
    """Return how many independent right-or-wrong rows would make each score as certain as it is.

    That is ``p (1 - p) / variance`` of the score ``p`` as a share of its range, the effective
    sample size of proportions from complex samples, with which Wilson's interval is recommended
    (Franco, Little, Louis and Slud, J. Survey Statistics and Methodology 7, 2019). The variance is the jackknife's (Efron and
    Stein, Annals of Statistics 9, 1981), so that an accuracy of ``n`` rows counts as ``n - 1``.

    A score at an end of its range has no variance. There it gets Kish's effective number of rows
    (Survey Sampling, 1965), with each row weighted by its influence on a score nearby: rows without
    influence, such as texts without entities, do not count.

    ``counts`` has shape (rows, k); ``ranges`` names the scores to look at, with finite limits.
    """
    total, n = counts.sum(axis=0), len(counts)
    points, without = scores(total), _leave_one_out(total, counts, scores)
    sizes, fixed = {}, []
    for name, (bottom, top) in ranges.items():
        share = (float(points[name]) - bottom) / (top - bottom)
        shares = (without[name] - bottom) / (top - bottom)
        variance = float(((shares - shares.mean()) ** 2).sum()) * (n - 1) / n
        if variance > ZERO and 0 < share < 1:
            sizes[name] = max(share * (1 - share) / variance, 1.0)
        else:
            fixed.append(name)
    return sizes | (_influential_rows(counts, scores, fixed) if fixed else {})


def _leave_one_out(
    total: np.ndarray, counts: np.ndarray, scores: ScoreFunction
) -> dict[str, np.ndarray]:
    """The scores without each row in turn: arrays of shape (rows,)."""
    chunks = [
        scores(total - counts[start : start + CHUNK]) for start in range(0, len(counts), CHUNK)
    ]
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}


def _influential_rows(
    counts: np.ndarray, scores: ScoreFunction, names: list[str]
) -> dict[str, float]:
    """Kish's effective number of rows, each weighted by what the score changes without it.

    The sums are perturbed by up to one row in each column, since at the end of its range a score
    changes with no row.
    """
    random = np.random.default_rng(0)
    influence = {name: np.zeros(len(counts)) for name in names}
    for _ in range(PERTURBATIONS):
        total = counts.sum(axis=0) + random.uniform(0, 1, counts.shape[1])
        points, without = scores(total), _leave_one_out(total, counts, scores)
        for name in names:
            influence[name] += np.abs(without[name] - points[name])
    return {
        name: max(float(each.sum() ** 2 / (each**2).sum()), 1.0) if each.any() else 1.0
        for name, each in influence.items()
    }
