"""Advise whether to tune: strategies from the cheapest up, while they pay."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from chainzoo.errors import ChainZooError, MissingExtraError
from chainzoo.home import Home
from chainzoo.selection.context import TrialContext
from chainzoo.selection.trial import Trial
from chainzoo.zoo import Zoo
from tests.tickets import sample_tickets

# The score of each strategy, or the error that it raises.
Outcomes = dict[str, float | ChainZooError]


@pytest.fixture
def strategies(monkeypatch: pytest.MonkeyPatch) -> Callable[[Outcomes], None]:
    """Replace the strategies that need a model by ones with known outcomes."""
    module = import_module("chainzoo.selection.advise")

    def run(outcome: float | ChainZooError, context: TrialContext, strategy: str) -> Trial:
        if isinstance(outcome, ChainZooError):
            raise outcome
        dev = context.parts.dev
        right = round(outcome * len(dev))
        units: list[Any] = [[example.labels] for example in dev[:right]]
        units += [[(_other(context, example.labels[0]),)] for example in dev[right:]]
        predictions = context.task.predictions_from_units(dev, units, context.labels)
        return Trial("minilm-l6", strategy, predictions, 1.0, 1.0, 90.0)

    def replace(outcomes: Outcomes) -> None:
        monkeypatch.setattr(
            module,
            "run_linear_probe",
            lambda context, _: run(outcomes["linear probe"], context, "linear probe"),
        )
        monkeypatch.setattr(
            module,
            "run_few_shot",
            lambda context, _: run(outcomes["few-shot"], context, "few-shot"),
        )
        monkeypatch.setattr(
            module, "run_fine_tuning", lambda context, _, name: run(outcomes[name], context, name)
        )

    return replace


def _other(context: TrialContext, label: str) -> str:
    return next(name for name in context.labels.names if name != label)


def test_a_strategy_that_pays_is_followed_by_the_next(
    stocked: Home, tmp_path: Path, strategies: Callable[[Outcomes], None]
) -> None:
    strategies({"linear probe": 0.9, "few-shot": 0.92, "lora": 0.95, "full": 1.0})
    advice = Zoo(stocked).advise(sample_tickets(tmp_path))
    names = [candidate.strategy for candidate in advice.candidates]
    assert names[2:] == ["linear probe", "few-shot", "lora", "full"]
    assert advice.chosen == "minilm-l6 (full)"
    assert advice.verdict.startswith("Yes, tune: minilm-l6 (full) reaches 1.000")
    assert advice.skipped == {}


def test_after_two_strategies_that_do_not_pay_the_others_are_skipped(
    stocked: Home, tmp_path: Path, strategies: Callable[[Outcomes], None]
) -> None:
    strategies({"linear probe": 0.95, "few-shot": 0.95, "lora": 0.94, "full": 1.0})
    advice = Zoo(stocked).advise(sample_tickets(tmp_path))
    assert [candidate.strategy for candidate in advice.candidates][-1] == "lora"
    assert advice.skipped == {"full": "the 2 cheaper strategies before it did not pay"}
    assert advice.choice.strategy == "linear probe"
    assert advice.verdict.startswith("No need to tune: minilm-l6 (linear probe) reaches")


def test_a_strategy_that_fails_is_skipped_with_its_error(
    stocked: Home, tmp_path: Path, strategies: Callable[[Outcomes], None]
) -> None:
    error = MissingExtraError("A package is missing.", remedy="Install it.")
    strategies({"linear probe": 0.9, "few-shot": error, "lora": 0.9, "full": 0.9})
    advice = Zoo(stocked).advise(sample_tickets(tmp_path))
    assert advice.skipped["few-shot"] == "A package is missing. Install it."


def test_few_shot_tuning_is_for_tasks_that_support_it(
    stocked: Home, tmp_path: Path, strategies: Callable[[Outcomes], None]
) -> None:
    path = tmp_path / "topics.csv"
    labels = ("a", "b", '"a,b"')
    rows = [f"text {n} of kind {n % 3},{labels[n % 3]}" for n in range(60)]
    path.write_text("text,labels\n" + "\n".join(rows) + "\n", "utf-8")
    strategies({"linear probe": 0.5, "few-shot": 1.0, "lora": 0.5, "full": 0.5})
    advice = Zoo(stocked).advise(path, label_delimiter=",")
    assert "few-shot" not in {c.strategy for c in advice.candidates} | set(advice.skipped)


def test_real_strategies_start_with_the_baselines(stocked: Home, tmp_path: Path) -> None:
    advice = Zoo(stocked).advise(sample_tickets(tmp_path, step=8))
    assert [candidate.strategy for candidate in advice.candidates[:3]] == [
        "majority class",
        "TF-IDF + logistic regression",
        "linear probe",
    ]
    best = max(candidate.score for candidate in advice.candidates)
    assert advice.choice.score >= best - 0.01
    assert advice.verdict.startswith(("Yes, tune", "No need to tune"))
