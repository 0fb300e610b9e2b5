"""Wilson's interval, and the effective number of rows of scores that are no proportions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from chainzoo.metrics.labels import f1_scores
from chainzoo.metrics.wilson import effective_rows, is_bounded, score_interval, wilson_interval

UNIT = {"f1": (0.0, 1.0)}


def micro_f1(counts: np.ndarray) -> dict[str, np.ndarray]:
    return {"f1": f1_scores(counts)["micro_f1"]}


def accuracy(counts: np.ndarray) -> dict[str, np.ndarray]:
    return {"f1": counts[..., 0] / np.maximum(counts[..., 1], 1)}


@given(rows=st.integers(1, 500), data=st.data())
def test_the_interval_equals_that_of_scipy(rows: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, rows))
    expected = binomtest(right, rows).proportion_ci(method="wilson")
    assert wilson_interval(right / rows, rows) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize(
    ("right", "expected"), [(20, (0.8389, 1.0)), (0, (0.0, 0.1611)), (10, (0.2993, 0.7007))]
)
def test_the_interval_of_twenty_rows(right: int, expected: tuple[float, float]) -> None:
    assert wilson_interval(right / 20, 20) == pytest.approx(expected, abs=1e-4)


def test_a_range_other_than_0_to_1_scales_the_interval() -> None:
    assert score_interval(100.0, 20, (0.0, 100.0), 0.95) == pytest.approx((83.89, 100), abs=0.01)
    assert score_interval(-1.0, 20, (-1.0, 1.0), 0.95) == pytest.approx((-1, -0.6778), abs=1e-4)


def test_only_scores_between_finite_limits_are_bounded() -> None:
    assert is_bounded(0.5, (0.0, 1.0))
    assert not is_bounded(1.5, (0.0, 1.0))
    assert not is_bounded(0.5, (0.0, math.inf))
    assert not is_bounded(math.nan, (0.0, 1.0))


@pytest.mark.parametrize(("right", "expected"), [(0, 20), (1, 19), (7, 19), (19, 19), (20, 20)])
def test_the_effective_rows_of_an_accuracy(right: int, expected: int) -> None:
    """One less than there are, by the unbiased variance; all of them where there is no variance."""
    counts = np.stack([np.arange(20) < right, np.ones(20)], axis=1).astype(float)
    assert effective_rows(counts, accuracy, UNIT)["f1"] == pytest.approx(expected)


@pytest.mark.parametrize("found", [True, False])
def test_rows_without_entities_do_not_count_at_the_ends_of_the_range(found: bool) -> None:
    entity, empty = [float(found), 1.0, 1.0], [0.0, 0.0, 0.0]
    counts = np.array([entity] * 3 + [empty] * 17)
    assert effective_rows(counts, micro_f1, UNIT)["f1"] == pytest.approx(3)


def test_a_row_that_weighs_more_lowers_the_effective_number_of_rows() -> None:
    counts = np.array([[1.0, 1.0, 1.0]] * 19 + [[19.0, 19.0, 19.0]])
    assert effective_rows(counts, micro_f1, UNIT)["f1"] < 6
