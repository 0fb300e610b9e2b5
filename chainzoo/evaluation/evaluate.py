"""Predictions against the truth: one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chainzoo.evaluation.bootstrap import Difference, intervals, paired_difference
from chainzoo.evaluation.report import Report
from chainzoo.tasks import LabelSpace, Task


def evaluate(
    task: Task,
    examples: Sequence[Any],
    predictions: Sequence[Any],
    labels: LabelSpace,
    *,
    baselines: Mapping[str, Sequence[Any]] | None = None,
    seconds: float | None = None,
    seed: int = 13,
    resamples: int = 1000,
) -> Report:
    """Scores with 95 % bootstrap intervals, tables, confusion, errors, and the baselines' scores.

    ``seconds`` is what the predictions took.
    """
    counts = task.counts(examples, predictions, labels)

    def scores(sums: Any) -> Any:
        return task.scores(sums, labels)

    def totals(predicted: Sequence[Any]) -> dict[str, float]:
        sums = task.counts(examples, predicted, labels).sum(axis=0)
        return {name: float(value) for name, value in scores(sums).items()}

    return Report(
        task=task.name,
        metric=task.metric,
        rows=len(examples),
        scores={k: float(v) for k, v in scores(counts.sum(axis=0)).items()},
        intervals=intervals(counts, scores, resamples, seed),
        baselines={name: totals(predicted) for name, predicted in (baselines or {}).items()},
        tables=tuple(task.tables(examples, predictions, labels)),
        errors=task.errors(examples, predictions),
        confusion=task.confusion(examples, predictions, labels),
        texts_per_second=round(len(examples) / seconds, 1) if seconds else None,
    )


def compare(
    task: Task,
    examples: Sequence[Any],
    first: Sequence[Any],
    second: Sequence[Any],
    labels: LabelSpace,
    seed: int = 13,
) -> Difference:
    """How much better the second predictions are than the first, on the same rows."""
    counts = [task.counts(examples, predicted, labels) for predicted in (first, second)]
    return paired_difference(
        counts[0], counts[1], lambda sums: task.scores(sums, labels), task.metric, seed=seed
    )
