"""Evaluate predictions: scores, intervals, tables, and the differences to the baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chainzoo.errors import TaskError
from chainzoo.evaluation.report import Report
from chainzoo.metrics.bootstrap import Scorer
from chainzoo.tasks import LabelSpace, Task


def task_scorer(task: Task, labels: LabelSpace) -> Scorer:
    """Return the scorer of a task's scores for models with these labels."""
    return Scorer(lambda sums: task.scores(sums, labels), task.score_ranges)


def evaluate(
    task: Task,
    examples: Sequence[Any],
    predictions: Sequence[Any],
    labels: LabelSpace,
    *,
    baselines: Mapping[str, Sequence[Any]] | None = None,
    notes: Sequence[str] = (),
    seconds: float | None = None,
) -> Report:
    """Evaluate predictions against labelled examples, next to the predictions of ``baselines``.

    ``seconds`` is the time that the predictions took; ``notes`` are remarks for the reader.

    Raises:
        TaskError: there are no examples, or not one prediction for each.
    """
    if not examples or len(examples) != len(predictions):
        raise TaskError(
            f"There are {len(predictions):,} predictions for {len(examples):,} rows.",
            remedy="Give at least one labelled row, and one prediction for each.",
        )
    scorer = task_scorer(task, labels)
    counts = task.sufficient_statistics(examples, predictions, labels)
    baseline_counts = {
        name: task.sufficient_statistics(examples, predicted, labels)
        for name, predicted in (baselines or {}).items()
    }
    return Report(
        task=task.name,
        metric=scorer.metric(counts),
        rows=len(examples),
        scores=scorer.scores(counts),
        intervals=scorer.intervals(counts),
        baselines={name: scorer.scores(others) for name, others in baseline_counts.items()},
        gains={name: scorer.difference(others, counts) for name, others in baseline_counts.items()},
        tables=tuple(task.report_tables(examples, predictions, labels)),
        errors=task.error_table(examples, predictions),
        confusion=task.confusion_matrix(examples, predictions, labels),
        texts_per_second=round(len(examples) / seconds, 1) if seconds else None,
        notes=tuple(notes),
    )
