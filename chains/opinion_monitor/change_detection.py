"""Significance tests: does a window differ from its own history by more than chance?

Volume: the count is compared with a negative binomial distribution. Its mean is the subject's
level times its season (the weekday, or the hour on weekdays or at the weekend); its variance comes
from the median absolute deviation of the history. Sentiment: the number of posts of a sentiment is
compared with a beta-binomial distribution around the historical share. Both widen where there is
little history, and limit the weight of outliers such as earlier surges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from chains.opinion_monitor.config import DAY
from chains.opinion_monitor.sentiments import Sentiment
from chains.opinion_monitor.time_series import WindowCounts

Array = np.ndarray

LEVEL_DAYS = 28  # Days that the level is estimated from.
SEASON_PRIOR = 2.0  # Pseudo-windows at the level that each season's factor is shrunk with.
NORMAL_MAD, NORMAL_Q90 = 1.4826, 1.2816  # Of a normal distribution, in standard deviations.
MAX_Z_SCORE = 4.0  # Windows with a larger z-score are left out of the historical share.


@dataclass(frozen=True, slots=True)
class ChangeTest:
    """An observed and an expected value, and the one-sided p-value of the observation."""

    observed: float
    expected: float
    p_value: float


def season_of(start: int, window_seconds: int) -> int:
    """Return the season of a window.

    For days, the weekday (0 is Monday); for hours, the hour, plus 24 on Saturday and Sunday.
    """
    moment = datetime.fromtimestamp(start, UTC)
    if window_seconds >= DAY:
        return moment.weekday()
    return moment.hour + 24 * (moment.weekday() >= 5)


def expected_volume(
    history: Array, seasons: Array, season: int, level_windows: int
) -> tuple[float, float]:
    """Return the expected count in ``season``, and the dispersion: variance over mean, above 1.

    ``history`` are counts, oldest first, and ``seasons`` their seasons. The level is estimated
    from the last ``level_windows`` of them.
    """
    cap = max(np.quantile(history, 0.9), 1.0)
    capped = np.minimum(history, cap)
    mean = float(capped.mean())
    if mean <= 0:
        return 0.5 / (len(history) + 1), 2.0
    factors = _season_factors(capped, seasons, mean)
    factor_of_window = np.array([factors.get(int(s), 1.0) for s in seasons])
    deseasonalized = capped[-level_windows:] / factor_of_window[-level_windows:]
    level = max(
        float(deseasonalized.mean()),
        float(np.median(deseasonalized)),
        0.5 / len(deseasonalized),
    )
    means = np.maximum(level * factor_of_window, 1e-9)
    dispersion = _robust_scale((history - means) / np.sqrt(means)) ** 2
    # Rare posts come in clumps that a short history may not show: at least twice the variance of a
    # Poisson distribution at level 0, less as the level grows.
    min_dispersion = 1 + 1 / (1 + level)
    estimation_error = 1 + 1 / len(deseasonalized)
    return level * factors.get(season, 1.0), max(min_dispersion, dispersion) * estimation_error


def volume_test(
    history: Sequence[WindowCounts],
    starts: Sequence[int],
    counts: WindowCounts,
    start: int,
    window_seconds: int,
) -> ChangeTest:
    """Test whether a window has more posts than expected.

    ``history`` are the windows before it and ``starts`` their starts.
    """
    from scipy.special import betainc

    volumes = np.array([window.posts for window in history], float)
    seasons = np.array([season_of(at, window_seconds) for at in starts])
    level_windows = LEVEL_DAYS * DAY // window_seconds
    season = season_of(start, window_seconds)
    mean, dispersion = expected_volume(volumes, seasons, season, level_windows)
    observed = counts.posts
    if observed == 0:
        return ChangeTest(0.0, mean, 1.0)
    size = mean / (dispersion - 1)
    # P(X >= observed) of a negative binomial with this size and mean.
    return ChangeTest(observed, mean, float(betainc(observed, size, mean / (mean + size))))


def share_test(
    history: Sequence[WindowCounts], counts: WindowCounts, sentiment: Sentiment
) -> ChangeTest:
    """Test whether a larger share of the posts is of a sentiment than expected."""
    from scipy.stats import betabinom

    totals = np.array([window.posts for window in history], float)
    hits = np.array([window.count(sentiment) for window in history], float)
    share, is_inlier = _historical_share(totals, hits)
    kept = is_inlier & (totals > 0)
    # Posts of one window are correlated; the correlation is at least the uncertainty of the share.
    correlation = max(
        _intraclass_correlation(totals[kept], hits[kept], share), 1 / (totals[kept].sum() + 3)
    )
    concentration = 1 / correlation - 1
    observed = counts.count(sentiment)
    alpha, beta = share * concentration, (1 - share) * concentration
    p_value = betabinom.sf(observed - 1, counts.posts, alpha, beta)
    observed_share = observed / counts.posts if counts.posts else 0.0
    return ChangeTest(observed_share, share, float(min(1.0, max(p_value, 0.0))))


def benjamini_hochberg(p_values: Sequence[float], tests: int, rate: float) -> set[int]:
    """Return the positions of the significant p-values at a false discovery rate.

    ``tests`` is the number of tests in all; those without a p-value count as not significant.
    Benjamini and Hochberg (1995).
    """
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    significant = [
        rank for rank, at in enumerate(order, 1) if p_values[at] <= rate * rank / max(tests, rank)
    ]
    return set(order[: significant[-1]]) if significant else set()


def _season_factors(volumes: Array, seasons: Array, mean: float) -> dict[int, float]:
    """Return the ratio of each season's volume to the mean, shrunk towards 1."""
    factors = {}
    for season in np.unique(seasons):
        own = volumes[seasons == season]
        factors[int(season)] = (float(own.sum()) / mean + SEASON_PRIOR) / (len(own) + SEASON_PRIOR)
    return factors


def _robust_scale(residuals: Array) -> float:
    """Return a standard deviation that a tenth of outliers hardly changes."""
    centre = float(np.median(residuals))
    mad = NORMAL_MAD * float(np.median(np.abs(residuals - centre)))
    return max(mad, float(np.quantile(residuals, 0.9)) / NORMAL_Q90)


def _historical_share(totals: Array, hits: Array) -> tuple[float, Array]:
    """Return the share of hits without outlying windows, and which windows are inliers."""
    is_inlier = np.ones(len(totals), bool)
    share = 0.5
    for _ in range(2):
        share = float((hits[is_inlier].sum() + 1) / (totals[is_inlier].sum() + 3))
        variance = np.maximum(totals * share * (1 - share), 1e-9)
        z_scores = (hits - totals * share) / np.sqrt(variance)
        is_inlier = np.abs(z_scores) <= MAX_Z_SCORE
    return share, is_inlier


def _intraclass_correlation(totals: Array, hits: Array, share: float) -> float:
    """Return how correlated the posts of one window are; 0 if they are independent."""
    enough = totals >= 3
    if enough.sum() < 4:
        return 0.05
    n, k = totals[enough], hits[enough]
    # Counts of few posts are too coarse for quantiles; outliers are left out already.
    dispersion = float(np.mean((k - n * share) ** 2 / (n * share * (1 - share))))
    return float(np.clip((dispersion - 1) / max(float(np.median(n)) - 1, 1.0), 0.0, 0.5))
