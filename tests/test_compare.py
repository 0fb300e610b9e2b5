"""Compare models on the same rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainzoo.data.read import read_table
from chainzoo.errors import TaskError
from chainzoo.home import Home
from chainzoo.metrics.bootstrap import Difference
from chainzoo.selection import compare_models
from chainzoo.selection.context import open_trial_context
from chainzoo.selection.result import Candidate, choose, mark_pareto_optimal
from chainzoo.zoo import Zoo
from tests.tickets import sample_tickets


def candidate(name: str, score: float, ms: float, memory: float) -> Candidate:
    return Candidate(name, "lora", score, score, score, 1.0, ms, memory)


def test_a_candidate_that_none_beats_in_score_speed_and_memory_is_pareto_optimal() -> None:
    rows = (candidate("a", 0.92, 5, 90), candidate("b", 0.915, 2, 40), candidate("c", 0.8, 3, 50))
    assert [c.pareto_optimal for c in mark_pareto_optimal(rows)] == [True, True, False]
    same = (candidate("a", 0.92, 5, 90), candidate("b", 0.92, 5, 90))
    assert [c.pareto_optimal for c in mark_pareto_optimal(same)] == [True, True]


def test_the_smallest_candidate_within_half_a_point_is_chosen() -> None:
    rows = (candidate("a", 0.92, 5, 90), candidate("b", 0.915, 2, 40), candidate("c", 0.8, 3, 50))
    chosen, why = choose(rows, 0.01)
    assert chosen.model == "b"
    assert "within half a point" in why
    percent = (candidate("a", 92.0, 5, 90), candidate("b", 91.5, 2, 40))
    assert choose(percent, 1.0)[0].model == "b"


def test_of_equally_small_candidates_the_better_is_chosen() -> None:
    chosen, _ = choose((candidate("a", 0.92, 5, 90), candidate("b", 0.918, 5, 90)), 0.01)
    assert chosen.model == "a"


@pytest.mark.parametrize(
    ("high", "words"), [(-0.01, ", measurably ahead of"), (0.01, ", but not measurably ahead of")]
)
def test_the_verdict_says_whether_the_lead_is_measurable(high: float, words: str) -> None:
    second = Candidate("b", "lora", 0.8, 0.7, 0.9, 1.0, 5, 9, gap=Difference(-0.1, -0.2, high, 0.1))
    _, why = choose((candidate("a", 0.9, 5, 90), second), 0.01)
    assert words in why


def test_models_are_compared_with_the_baselines_on_the_same_rows(
    stocked: Home, tmp_path: Path
) -> None:
    comparison = Zoo(stocked).compare(sample_tickets(tmp_path))
    assert comparison.choice.score >= max(c.score for c in comparison.candidates) - 0.01
    assert {"minilm-l6 (linear probe)", "baseline (TF-IDF + logistic regression)"} <= {
        c.name for c in comparison.candidates
    }
    assert comparison.candidates[0].gap is None
    assert all(c.gap is not None for c in comparison.candidates[1:])
    assert comparison.as_dict()["chosen"] == comparison.choice.name
    assert not list((stocked.cache / "trials").iterdir())


def test_without_time_no_model_is_tried_and_the_error_says_why(
    stocked: Home, tmp_path: Path
) -> None:
    with pytest.raises(TaskError, match=r"No model could be tried.*the time of 0 s was used up"):
        compare_models(stocked, sample_tickets(tmp_path), max_seconds=0)


def test_held_out_rows_are_in_no_trial(stocked: Home, tmp_path: Path) -> None:
    data = sample_tickets(tmp_path)
    held_out = Zoo(stocked).hold_out(data, 0.2)
    parts = open_trial_context(stocked, data).parts
    assert len(parts.train) + len(parts.dev) == len(read_table(data).examples) - held_out.rows
