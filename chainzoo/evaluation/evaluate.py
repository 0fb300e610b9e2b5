"""From predictions to a report, and from two models to a difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainzoo.errors import TaskError
from chainzoo.evaluation.bootstrap import (
    RESAMPLES,
    SEED,
    Difference,
    ScoreFunction,
    bounds,
    difference,
    paired_difference,
    resampled,
)
from chainzoo.evaluation.report import Confusion, Report
from chainzoo.tasks.protocol import LabelSpace, Task

FEW_ROWS = 100


def evaluate(
    task: Task,
    examples: Sequence[Any],
    predictions: Sequence[Any],
    labels: LabelSpace,
    *,
    baselines: Mapping[str, Sequence[Any]] | None = None,
    seconds: float | None = None,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> Report:
    """Judge ``predictions`` of labelled ``examples``, and those of the baselines beside them.

    ``baselines`` maps a name to its predictions; ``seconds`` is how long predicting took.

    Raises:
        TaskError: there are no examples, their labels are not the model's, or the number of
            predictions is another than that of examples.
    """
    systems = {"": predictions, **(baselines or {})}
    counts = {
        name: _counts(task, examples, answers, labels, name) for name, answers in systems.items()
    }
    score = _score_function(task, labels)
    exact = {name: _floats(score(matrix.sum(axis=0))) for name, matrix in counts.items()}
    drawn = dict(
        zip(counts, resampled(list(counts.values()), score, resamples, seed), strict=True)
    )
    ranges = {
        name: {key: bounds(values) for key, values in scores.items()}
        for name, scores in drawn.items()
    }
    metric = deciding_metric(task, labels, exact[""])
    leads = {
        name: difference(
            metric, (exact[""][metric], exact[name][metric]), (drawn[""][metric], drawn[name][metric])
        )
        for name in systems
        if name
    }
    confusion = _confusion(task, examples, predictions, labels)
    return Report(
        task=task.name,
        metric=metric,
        rows=len(examples),
        scores=exact.pop(""),
        intervals=ranges.pop(""),
        baselines=exact,
        baseline_intervals=ranges,
        leads=leads,
        tables=tuple(task.tables(examples, predictions, labels)),
        errors=task.errors(examples, predictions),
        confusion=confusion,
        notes=_notes(len(examples), seconds, confusion),
    )


def compare(
    task: Task,
    examples: Sequence[Any],
    a: Sequence[Any],
    b: Sequence[Any],
    labels: LabelSpace,
    *,
    metric: str | None = None,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> Difference:
    """By how much predictions ``a`` are better than ``b``, with a paired bootstrap interval.

    Raises:
        TaskError: as for ``evaluate``; or ``metric`` is none of the task's scores.
    """
    counts_a, counts_b = (
        _counts(task, examples, answers, labels, name) for name, answers in (("a", a), ("b", b))
    )
    score = _score_function(task, labels)
    names = score(counts_a.sum(axis=0))
    metric = metric or deciding_metric(task, labels, names)
    if metric not in names:
        raise TaskError(
            f"{task.name} has no score {metric!r}.", remedy=f"Scores are: {', '.join(names)}."
        )
    return paired_difference(counts_a, counts_b, score, metric, resamples, seed)


def deciding_metric(task: Task, labels: LabelSpace, scores: Mapping[str, Any]) -> str:
    """The score that decides: the task's own; for multi-label the first that the task gives."""
    if labels.problem == "multi" or task.metric not in scores:
        return next(iter(scores))
    return task.metric


def _score_function(task: Task, labels: LabelSpace) -> ScoreFunction:
    return lambda counts: task.scores(counts, labels)


def _counts(
    task: Task, examples: Sequence[Any], predictions: Sequence[Any], labels: LabelSpace, name: str
) -> np.ndarray:
    if not examples:
        raise TaskError("There are no rows to judge by.", remedy="Give a file with labelled rows.")
    if len(examples) != len(predictions):
        whose = f" of {name}" if name else ""
        raise TaskError(
            f"Expected {len(examples)} predictions{whose}, one a row, found {len(predictions)}.",
            remedy="Predict on the same rows that you judge by.",
        )
    task.check(examples, labels)
    return task.counts(examples, predictions, labels)


def _floats(scores: Mapping[str, np.ndarray]) -> dict[str, float]:
    return {name: float(value) for name, value in scores.items()}


def _confusion(
    task: Task, examples: Sequence[Any], predictions: Sequence[Any], labels: LabelSpace
) -> Confusion | None:
    found = task.confusion(examples, predictions, labels)
    if found is None:
        return None
    names, matrix = found
    return Confusion(tuple(names), tuple(tuple(int(cell) for cell in row) for row in matrix))


def _notes(rows: int, seconds: float | None, confusion: Confusion | None) -> tuple[str, ...]:
    notes = []
    if rows < FEW_ROWS:
        notes.append(f"Only {rows} rows to judge by: read the interval, not the score.")
    if confusion is not None:
        missing = [
            name
            for name, row in zip(confusion.names, confusion.matrix, strict=True)
            if not any(row)
        ]
        if missing:
            more = ", …" if len(missing) > 5 else ""
            notes.append(
                f"Of {len(confusion.names)} labels, {len(missing)} do not occur in these rows:"
                f" {', '.join(missing[:5])}{more}."
            )
    if seconds is not None and seconds > 0:
        notes.append(f"Predicted in {seconds:.1f} s, {rows / seconds:,.0f} rows a second.")
    return tuple(notes)
