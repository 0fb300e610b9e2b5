"""The significance tests of volume and sentiment: by hand, on random data, and with outliers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from chains.opinion_monitor.change_detection import (
    benjamini_hochberg,
    expected_volume,
    season_of,
    share_test,
    volume_test,
)
from chains.opinion_monitor.config import DAY
from chains.opinion_monitor.time_series import WindowCounts

MONDAY = 4 * DAY  # 5 January 1970.


def windows(volumes: list[int], negative: float = 0.2) -> list[WindowCounts]:
    """Return windows with a share of negative posts; the others are neutral."""
    return [WindowCounts(n, 0, n - round(n * negative), round(n * negative), 0) for n in volumes]


def volume_p_value(history: list[int], observed: int) -> float:
    """Return the p-value of a day with ``observed`` posts after days of ``history``."""
    start = MONDAY + len(history) * DAY
    starts = range(MONDAY, start, DAY)
    counts = WindowCounts(posts=observed)
    return volume_test(windows(history), starts, counts, start, DAY).p_value


def negative_p_value(history: list[WindowCounts], counts: WindowCounts) -> float:
    return share_test(history, counts, "negative").p_value


def test_a_season_is_a_weekday_or_an_hour_of_workday_or_weekend() -> None:
    assert season_of(MONDAY, DAY) == 0
    assert season_of(MONDAY + 13 * 3600, 3600) == 13
    assert season_of(MONDAY + 5 * DAY + 13 * 3600, 3600) == 37  # Saturday.


def test_a_constant_history_gives_the_negative_binomial_of_scipy() -> None:
    history = np.full(28, 10.0)
    mean, dispersion = expected_volume(history, np.arange(28) % 7, 0, 28)
    assert mean == pytest.approx(10.0)
    assert dispersion == pytest.approx((1 + 1 / 11) * (1 + 1 / 28))
    size = mean / (dispersion - 1)
    expected = nbinom.sf(19, size, size / (size + mean))
    assert volume_p_value([10] * 28, 20) == pytest.approx(expected)


def test_each_weekday_has_its_own_level() -> None:
    history = [30, 30, 30, 30, 30, 3, 3] * 8
    assert volume_p_value(history, 30) > 0.2
    assert volume_p_value([*history, 30, 30, 30, 30, 30], 30) < 1e-4  # Saturday.


def test_an_earlier_surge_does_not_hide_a_new_one() -> None:
    history = [4, 6, 5, 3, 5, 6, 4] * 8
    with_surge = [*history[:20], 90, 120, 60, *history[23:]]
    assert volume_p_value(history, 40) < 1e-6
    assert volume_p_value(with_surge, 40) < 1e-4


def test_a_few_posts_of_an_unknown_subject_are_not_significant() -> None:
    """Posts come in clumps: three after none are a hundred times likelier than by Poisson."""
    assert volume_p_value([0] * 56, 3) > 100 * poisson.sf(2, 0.5 / 57)
    assert volume_p_value([0] * 56, 40) < 1e-8


def test_the_volume_test_keeps_its_level_on_random_counts() -> None:
    """With Poisson counts by weekday, p < 0.01 occurs at most about once in a hundred days."""
    rng = np.random.default_rng(5)
    means = np.array([8, 9, 9, 8, 7, 3, 2])
    significant = 0
    for _ in range(600):
        history = rng.poisson(means[np.arange(56) % 7])
        observed = int(rng.poisson(means[0]))
        significant += volume_p_value(list(map(int, history)), observed) < 0.01
    assert significant <= 12


def test_a_change_of_sentiment_is_significant_with_enough_posts() -> None:
    history = windows([10] * 30)
    assert negative_p_value(history, WindowCounts(10, 0, 2, 8, 0)) < 1e-3
    assert negative_p_value(history, WindowCounts(10, 0, 8, 2, 0)) > 0.3
    assert negative_p_value(history, WindowCounts(2, 0, 0, 2, 0)) > 0.01
    test = share_test(history, WindowCounts(10, 0, 2, 8, 0), "negative")
    assert test.expected == pytest.approx(0.2, abs=0.01)


def test_a_history_of_few_posts_a_window_does_not_hide_a_change() -> None:
    """Eight posts a day hold zero to three negative ones, too coarse for quantiles."""
    rng = np.random.default_rng(7)
    history = [WindowCounts(8, 0, 8 - k, k, 0) for k in map(int, rng.binomial(8, 0.11, 35))]
    assert negative_p_value(history, WindowCounts(40, 2, 24, 14, 0)) < 0.005


def test_a_volatile_sentiment_needs_a_larger_change() -> None:
    volatile = [WindowCounts(10, 0, 10 - k, k, 0) for k in (0, 6, 1, 5, 0, 4) * 5]
    stable = windows([10] * 30, 0.27)
    counts = WindowCounts(10, 0, 3, 7, 0)
    assert negative_p_value(volatile, counts) > 5 * negative_p_value(stable, counts)


def test_benjamini_hochberg_by_hand() -> None:
    """The thresholds by rank are 0.0125, 0.025, 0.0375 and 0.05."""
    assert benjamini_hochberg([0.04, 0.01, 0.3, 0.02], 4, 0.05) == {1, 3}
    assert benjamini_hochberg([0.04, 0.01, 0.3, 0.02], 400, 0.05) == set()
    assert benjamini_hochberg([], 0, 0.05) == set()
