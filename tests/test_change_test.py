"""The change test: right by hand, true to its level on chance alone, and not led by old surges."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from chains.opinion_monitor.change import (
    expected_volume,
    false_discoveries,
    season,
    share_test,
    volume_test,
)
from chains.opinion_monitor.config import DAY
from chains.opinion_monitor.series import Cell

MONDAY = 4 * DAY  # 5 January 1970.


def cells(counts: list[int], negative: float = 0.2) -> list[Cell]:
    return [Cell(n, 0, n - round(n * negative), round(n * negative), 0) for n in counts]


def chance_of(past: list[int], seen: int) -> float:
    start = MONDAY + len(past) * DAY
    starts = range(MONDAY, start, DAY)
    return volume_test(cells(past), starts, Cell(posts=seen), start, DAY).p


def test_seasons() -> None:
    assert season(MONDAY, DAY) == 0
    assert season(MONDAY + 13 * 3600, 3600) == 13
    assert season(MONDAY + 5 * DAY + 13 * 3600, 3600) == 37  # Saturday.


def test_a_flat_past_gives_a_negative_binomial_that_one_can_check() -> None:
    past = np.full(28, 10.0)
    mean, spread = expected_volume(past, np.arange(28) % 7, 0, 28)
    assert mean == pytest.approx(10.0)
    assert spread == pytest.approx((1 + 1 / 11) * (1 + 1 / 28))
    size = mean / (spread - 1)
    assert chance_of([10] * 28, 20) == pytest.approx(nbinom.sf(19, size, size / (size + mean)))


def test_weekdays_have_their_own_level() -> None:
    past = [30, 30, 30, 30, 30, 3, 3] * 8
    monday, saturday = chance_of(past, 30), chance_of([*past, 30, 30, 30, 30, 30], 30)
    assert monday > 0.2
    assert saturday < 1e-4


def test_an_old_surge_hides_no_new_one() -> None:
    quiet = [4, 6, 5, 3, 5, 6, 4] * 8
    stormy = list(quiet)
    stormy[20:23] = [90, 120, 60]
    assert chance_of(quiet, 40) < 1e-6
    assert chance_of(stormy, 40) < 1e-4


def test_few_posts_make_no_certainty() -> None:
    """Posts come in clumps: three out of nothing are a hundred times likelier than by Poisson."""
    assert chance_of([0] * 56, 3) > 100 * poisson.sf(2, 0.5 / 57)
    assert chance_of([0] * 56, 40) < 1e-8


def test_false_alarms_keep_to_the_level() -> None:
    """On counts by chance with weekdays, p below 0.01 comes at most about once in a hundred."""
    chance = np.random.default_rng(5)
    course = np.array([8, 9, 9, 8, 7, 3, 2])
    low = 0
    for _ in range(600):
        past = chance.poisson(course[np.arange(56) % 7])
        low += chance_of(list(map(int, past)), int(chance.poisson(course[0]))) < 0.01
    assert low <= 12


def test_a_turn_of_mood() -> None:
    past = cells([10] * 30)
    assert share_test(past, Cell(10, 0, 2, 8, 0), "negative").p < 1e-3
    assert share_test(past, Cell(10, 0, 8, 2, 0), "negative").p > 0.3
    assert share_test(past, Cell(2, 0, 0, 2, 0), "negative").p > 0.01  # Two posts prove little.
    assert share_test(past, Cell(10, 0, 2, 8, 0), "negative").expected == pytest.approx(
        0.2, abs=0.01
    )


def test_few_posts_a_window_do_not_hide_a_turn() -> None:
    """Eight posts a day hold zero to three negative ones by chance, as coarse as quantiles see it."""
    chance = np.random.default_rng(7)
    past = [Cell(8, 0, 8 - k, k, 0) for k in map(int, chance.binomial(8, 0.11, 35))]
    assert share_test(past, Cell(40, 2, 24, 14, 0), "negative").p < 0.005


def test_moods_that_swing_by_themselves_prove_less() -> None:
    swinging = [Cell(10, 0, 10 - k, k, 0) for k in (0, 6, 1, 5, 0, 4) * 5]
    steady = cells([10] * 30, 0.27)
    now = Cell(10, 0, 3, 7, 0)
    assert share_test(swinging, now, "negative").p > 5 * share_test(steady, now, "negative").p


def test_benjamini_and_hochberg_by_hand() -> None:
    """Levels of rank: 0.0125, 0.025, 0.0375, 0.05."""
    assert false_discoveries([0.04, 0.01, 0.3, 0.02], 4, 0.05) == {1, 3}
    assert false_discoveries([0.04, 0.01, 0.3, 0.02], 400, 0.05) == set()
    assert false_discoveries([], 0, 0.05) == set()
