"""Intervals that keep their width where all rows are right, and paired differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from chainzoo.metrics.bootstrap import Scorer
from chainzoo.metrics.labels import f1_scores
from chainzoo.metrics.wilson import wilson_interval


def accuracy(counts: np.ndarray) -> dict[str, np.ndarray]:
    return {"accuracy": counts[..., 0] / np.maximum(counts[..., 1], 1)}


def f1(counts: np.ndarray) -> dict[str, np.ndarray]:
    return f1_scores(counts)


def rows_right(right: int, rows: int) -> np.ndarray:
    """Statistics of an accuracy: so many of the rows are right."""
    return np.stack([np.arange(rows) < right, np.ones(rows)], axis=1).astype(float)


def label_counts(true: np.ndarray, predicted: np.ndarray, labels: int) -> np.ndarray:
    """Statistics of F1 scores: right, predicted and true of each label, a row each."""
    counts, rows = np.zeros((len(true), 3 * labels)), np.arange(len(true))
    counts[rows, true] = true == predicted
    counts[rows, labels + predicted] = 1
    counts[rows, 2 * labels + true] = 1
    return counts


@pytest.mark.parametrize(("right", "expected"), [(20, (0.839, 1.0)), (0, (0.0, 0.161))])
def test_all_right_or_all_wrong_keeps_the_width_of_wilsons_interval(
    right: int, expected: tuple[float, float]
) -> None:
    interval = Scorer(accuracy).intervals(rows_right(right, 20))["accuracy"]
    assert interval == pytest.approx(expected, abs=5e-4)


def test_a_perfect_f1_keeps_a_width() -> None:
    true = np.arange(20) % 2
    intervals = Scorer(f1).intervals(label_counts(true, true, 2))
    for name in ("micro_f1", "macro_f1", "weighted_f1"):
        low, high = intervals[name]
        assert low == pytest.approx(0.839, abs=0.02)
        assert high == 1.0
    opposite = Scorer(f1).intervals(label_counts(true, 1 - true, 2))
    assert opposite["macro_f1"][0] == 0.0
    assert opposite["macro_f1"][1] == pytest.approx(0.161, abs=0.02)


@pytest.mark.parametrize("rows", [100, 400])
@pytest.mark.parametrize("share", [0.5, 0.7, 0.85])
def test_ordinary_intervals_are_close_to_the_percentile_bootstrap(rows: int, share: float) -> None:
    right = round(share * rows)
    interval = Scorer(accuracy, resamples=4000).intervals(rows_right(right, rows))["accuracy"]
    percentiles = binom.ppf((0.025, 0.975), rows, share) / rows
    assert interval == pytest.approx(tuple(percentiles), abs=1.5 / rows + 0.005)


def test_an_interval_contains_wilsons_and_the_score() -> None:
    for right in range(21):
        low, high = Scorer(accuracy).intervals(rows_right(right, 20))["accuracy"]
        wilson = wilson_interval(right / 20, 20 if right in (0, 20) else 19)
        assert low <= wilson[0] + 1e-9
        assert wilson[1] - 1e-9 <= high
        assert low - 1e-9 <= right / 20 <= high + 1e-9


@pytest.mark.parametrize("rows", [20, 21, 29, 50, 100, 200])
def test_accuracies_are_covered_by_at_least_93_percent_of_samples(rows: int) -> None:
    """The exact coverage: the interval of each number of right rows, by its probability."""
    scorer = Scorer(accuracy)
    right = np.arange(rows + 1)
    intervals = np.array([scorer.intervals(rows_right(k, rows))["accuracy"] for k in right])
    for share in np.arange(0.5, 0.9801, 0.01):
        inside = (intervals[:, 0] <= share) & (share <= intervals[:, 1])
        assert binom.pmf(right[inside], rows, share).sum() >= 0.93, share


@pytest.mark.slow
@pytest.mark.parametrize("rows", [20, 50, 200])
@pytest.mark.parametrize("share", [0.5, 0.8, 0.95, 0.98])
def test_f1_scores_are_covered_by_at_least_93_percent_of_samples(rows: int, share: float) -> None:
    random = np.random.default_rng(rows)

    def sample(size: int) -> np.ndarray:
        true = random.integers(0, 2, size)
        return label_counts(true, np.where(random.random(size) < share, true, 1 - true), 2)

    population = Scorer(f1).scores(sample(400_000))
    names, samples = ("micro_f1", "macro_f1", "weighted_f1"), 1000
    covered = dict.fromkeys(names, 0)
    for _ in range(samples):
        intervals = Scorer(f1, resamples=300).intervals(sample(rows))
        for name in names:
            covered[name] += intervals[name][0] <= population[name] <= intervals[name][1]
    assert min(covered.values()) / samples >= 0.93


def test_scores_without_limits_get_the_percentile_interval() -> None:
    random = np.random.default_rng(0)
    errors = random.exponential(1.0, 200)
    counts = np.stack([errors, np.ones(200)], axis=1)

    def mean(sums: np.ndarray) -> dict[str, np.ndarray]:
        return {"error": sums[..., 0] / sums[..., 1]}

    low, high = Scorer(mean, {"error": (0.0, math.inf)}).intervals(counts)["error"]
    half = 1.96 * errors.std() / math.sqrt(200)
    assert (low, high) == pytest.approx((errors.mean() - half, errors.mean() + half), abs=0.03)
    same = Scorer(mean, {"error": (0.0, math.inf)}).intervals(np.ones((20, 2)))["error"]
    assert same == (1.0, 1.0)


def test_scores_on_a_scale_to_100_are_bounded_by_it() -> None:
    def percent(sums: np.ndarray) -> dict[str, np.ndarray]:
        return {"accuracy": 100 * accuracy(sums)["accuracy"]}

    scorer = Scorer(percent, {"accuracy": (0.0, 100.0)})
    assert scorer.intervals(rows_right(20, 20))["accuracy"] == pytest.approx((83.9, 100), abs=0.05)


def test_the_same_seed_gives_the_same_interval() -> None:
    counts = rows_right(70, 100)
    assert Scorer(accuracy).intervals(counts) == Scorer(accuracy).intervals(counts)
    assert Scorer(accuracy, seed=1).difference(counts, rows_right(60, 100)) == Scorer(
        accuracy, seed=1
    ).difference(counts, rows_right(60, 100))


def test_a_difference_in_every_row_keeps_a_width_and_a_p_value_above_0() -> None:
    gain = Scorer(accuracy).difference(rows_right(0, 20), rows_right(20, 20))
    assert (gain.delta, gain.high) == (1.0, 1.0)
    assert gain.low == pytest.approx(0.839, abs=5e-4)
    assert gain.p == pytest.approx(2 / 1001)
    none = Scorer(accuracy).difference(rows_right(15, 20), rows_right(15, 20))
    assert (none.delta, none.p) == (0.0, 1.0)
    assert (none.low, none.high) == pytest.approx((-0.161, 0.161), abs=5e-4)


def test_a_difference_is_tested_on_the_same_rows() -> None:
    gain = Scorer(accuracy).difference(rows_right(60, 100), rows_right(70, 100))
    assert gain.delta == pytest.approx(0.1)
    assert 0 < gain.low < 0.1 < gain.high
    assert gain.p < 0.01
