"""Predictions against the truth: one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chainzoo.errors import TaskError
from chainzoo.evaluation.report import Report
from chainzoo.metrics.bootstrap import Difference, intervals, paired_difference
from chainzoo.tasks import LabelSpace, Task


def evaluate(
    task: Task,
    examples: Sequence[Any],
    predictions: Sequence[Any],
    labels: LabelSpace,
    *,
    baselines: Mapping[str, Sequence[Any]] | None = None,
    notes: Sequence[str] = (),
    seconds: float | None = None,
    seed: int = 13,
    resamples: int = 1000,
) -> Report:
    """Scores with 95 % bootstrap intervals, tables, confusion, errors, and the baselines beside.

    ``seconds`` is what the predictions took; ``notes`` are what a reader should know.

    Raises:
        TaskError: there is no row to judge by, or not one prediction for each.
    """
    if not examples or len(examples) != len(predictions):
        raise TaskError(
            f"There are {len(predictions):,} predictions for {len(examples):,} rows to judge by.",
            remedy="Give at least one labelled row, and one prediction for each.",
        )
    counts = task.sufficient_statistics(examples, predictions, labels)

    def scores(sums: Any) -> Any:
        return task.scores(sums, labels)

    def of(sums: Any) -> dict[str, float]:
        return {name: float(value) for name, value in scores(sums).items()}

    found = of(counts.sum(axis=0))
    metric = next(iter(found))
    simple = {
        name: task.sufficient_statistics(examples, predicted, labels)
        for name, predicted in (baselines or {}).items()
    }
    return Report(
        task=task.name,
        metric=metric,
        rows=len(examples),
        scores=found,
        intervals=intervals(counts, scores, resamples, seed),
        baselines={name: of(others.sum(axis=0)) for name, others in simple.items()},
        gains={
            name: paired_difference(others, counts, scores, metric, resamples, seed)
            for name, others in simple.items()
        },
        tables=tuple(task.report_tables(examples, predictions, labels)),
        errors=task.error_table(examples, predictions),
        confusion=task.confusion_matrix(examples, predictions, labels),
        texts_per_second=round(len(examples) / seconds, 1) if seconds else None,
        notes=tuple(notes),
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
    counts = [
        task.sufficient_statistics(examples, predicted, labels) for predicted in (first, second)
    ]
    metric = next(iter(task.scores(counts[0].sum(axis=0), labels)))
    return paired_difference(
        counts[0], counts[1], lambda sums: task.scores(sums, labels), metric, seed=seed
    )
