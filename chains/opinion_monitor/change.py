"""Whether a window differs from its own past by more than chance: counts, and shares of a mood.

Volume: the count is compared with a negative binomial whose mean is the subject's own level times
its season (weekday, or hour of weekday and weekend), whose spread comes from the median absolute
deviation of the past. Mood: the number of posts of a mood
among the window's posts is compared with a beta-binomial around the past share. Both allow for how
little past there is. Outliers of the past, such as earlier surges, weigh little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from chains.opinion_monitor.config import DAY
from chains.opinion_monitor.series import Cell

Numbers = np.ndarray
RECENT = 28  # Days that a level is taken from.
SHRINK = 2.0  # Windows of a season that count as if they were at the level.
NORMAL_MAD, NORMAL_Q90 = 1.4826, 1.2816  # Of a normal distribution, in standard deviations.
OUTLIER = 4.0


@dataclass(frozen=True, slots=True)
class Tested:
    """What was seen, what was expected, and how likely so much is by chance."""

    seen: float
    expected: float
    p: float


def season(start: int, seconds: int) -> int:
    """The season of a window: its weekday, or its hour on weekdays or at the weekend."""
    when = datetime.fromtimestamp(start, UTC)
    return when.weekday() if seconds >= DAY else when.hour + 24 * (when.weekday() >= 5)


def expected_volume(past: Numbers, seasons: Numbers, now: int, recent: int) -> tuple[float, float]:
    """The mean to expect in season ``now``, and the spread: variance over mean, at least 1."""
    cap = max(np.quantile(past, 0.9), 1.0)
    held = np.minimum(past, cap)
    level = float(held.mean())
    if level <= 0:
        return 0.5 / (len(past) + 1), 2.0
    factors = _factors(held, seasons, level)
    mine = np.array([factors.get(int(at), 1.0) for at in seasons])
    last = slice(-recent, None)
    flat = held[last] / mine[last]
    base = max(float(flat.mean()), float(np.median(flat)), 0.5 / len(flat))
    means = np.maximum(base * mine, 1e-9)
    spread = _scale((past - means) / np.sqrt(means)) ** 2
    # Where there are few, they come in clumps that the past may not have shown yet: at least twice
    # a Poisson's spread where there is nothing, which goes away as there is more.
    clumps = 1 + 1 / (1 + base)
    return base * factors.get(now, 1.0), max(clumps, spread) * (1 + 1 / len(flat))


def volume_test(
    past: Sequence[Cell], starts: Sequence[int], cell: Cell, start: int, seconds: int
) -> Tested:
    """Whether there are more posts than by chance."""
    from scipy.special import betainc

    counts = np.array([one.posts for one in past], float)
    seasons = np.array([season(at, seconds) for at in starts])
    recent = RECENT * DAY // seconds
    mean, spread = expected_volume(counts, seasons, season(start, seconds), recent)
    seen = cell.posts
    if seen == 0:
        return Tested(0.0, mean, 1.0)
    size = mean / (spread - 1)
    return Tested(seen, mean, float(betainc(seen, size, mean / (mean + size))))


def share_test(past: Sequence[Cell], cell: Cell, mood: str) -> Tested:
    """Whether more of the posts are of a mood than by chance."""
    from scipy.stats import betabinom

    totals = np.array([one.posts for one in past], float)
    hits = np.array([getattr(one, mood) for one in past], float)
    share, within = _share(totals, hits)
    kept = within & (totals > 0)
    weight = totals[kept].sum()
    # Posts of one window are not independent: what they share is `tie`, at least what is unknown
    # of the share itself.
    tie = max(_tie(totals[kept], hits[kept], share), 1 / (weight + 3))
    rest = 1 / tie - 1
    seen = getattr(cell, mood)
    p = betabinom.sf(seen - 1, cell.posts, share * rest, (1 - share) * rest)
    return Tested(seen / cell.posts if cell.posts else 0.0, share, float(min(1.0, max(p, 0.0))))


def false_discoveries(ps: Sequence[float], tests: int, level: float) -> set[int]:
    """Benjamini and Hochberg: which of the p-values hold, of ``tests`` in all."""
    order = sorted(range(len(ps)), key=lambda at: ps[at])
    held = [rank for rank, at in enumerate(order, 1) if ps[at] <= level * rank / max(tests, rank)]
    return set(order[: held[-1]]) if held else set()


def _factors(held: Numbers, seasons: Numbers, level: float) -> dict[int, float]:
    found = {}
    for at in np.unique(seasons):
        mine = held[seasons == at]
        found[int(at)] = (float(mine.sum()) / level + SHRINK) / (len(mine) + SHRINK)
    return found


def _scale(residuals: Numbers) -> float:
    """A spread that a tenth of outliers does not move much."""
    middle = float(np.median(residuals))
    mad = NORMAL_MAD * float(np.median(np.abs(residuals - middle)))
    return max(mad, float(np.quantile(residuals, 0.9)) / NORMAL_Q90)


def _share(totals: Numbers, hits: Numbers) -> tuple[float, Numbers]:
    """The share of the past without windows that are far off, and which are not."""
    within = np.ones(len(totals), bool)
    share = 0.5
    for _ in range(2):
        share = float((hits[within].sum() + 1) / (totals[within].sum() + 3))
        off = (hits - totals * share) / np.sqrt(np.maximum(totals * share * (1 - share), 1e-9))
        within = np.abs(off) <= OUTLIER
    return share, within


def _tie(totals: Numbers, hits: Numbers, share: float) -> float:
    """How alike the posts of one window are: 0 not at all."""
    many = totals >= 3
    if many.sum() < 4:
        return 0.05
    n, k = totals[many], hits[many]
    # Counts of few posts are too coarse for quantiles; what is far off is left out already.
    spread = float(np.mean((k - n * share) ** 2 / (n * share * (1 - share))))
    return float(np.clip((spread - 1) / max(float(np.median(n)) - 1, 1.0), 0.0, 0.5))
