"""Paired comparison: two models on the same rows, and whether their difference is real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from chainzoo.errors import TaskError
from chainzoo.evaluation.evaluate import task_scorer
from chainzoo.evaluation.report import display_name
from chainzoo.metrics.bootstrap import Difference
from chainzoo.metrics.mcnemar import McNemar, mcnemar
from chainzoo.metrics.tables import ReportTable
from chainzoo.tasks import LabelSpace, Task

MAX_EXAMPLES = 50
MAX_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class ModelPredictions:
    """The name of a model and its predictions, one for each row."""

    name: str
    predictions: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class PairedComparison:
    """The scores of two models on the same ``rows`` rows.

    ``difference`` is how much better the second is. ``scores`` and ``intervals`` are of the
    deciding score, by the models' names. ``mcnemar`` is ``None`` where a prediction is neither
    right nor wrong, as with generated texts. ``differing`` counts the rows that the two predict
    differently; ``examples`` shows some of them.
    """

    data: str
    task: str
    metric: str
    rows: int
    names: tuple[str, str]
    scores: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    difference: Difference
    mcnemar: McNemar | None
    differing: int
    examples: ReportTable

    @property
    def title(self) -> str:
        """The models and the data."""
        return f"{self.names[0]} and {self.names[1]} on {self.data}"

    @property
    def verdict(self) -> str:
        """One sentence: which model is better, and whether measurably."""
        first, second = self.names
        better, worse = (second, first) if self.difference.delta >= 0 else (first, second)
        gap = f"{abs(self.difference.delta):.3f} {display_name(self.metric)}"
        if self.difference.delta == 0:
            text = f"{first} and {second} are equally good"
        elif self.difference.low > 0 or self.difference.high < 0:
            text = f"{better} is measurably better than {worse}, by {gap}"
        else:
            text = f"{better} is ahead of {worse} by {gap}, which may be chance"
        return f"{text} (p = {self.difference.p:.3f}, paired bootstrap on {self.rows:,} rows)."

    def as_dict(self) -> dict[str, Any]:
        """The comparison as plain values that JSON can hold, with the verdict."""
        return {**asdict(self), "verdict": self.verdict}

    def tables(self) -> list[ReportTable]:
        """The scores, McNemar's table where there is one, and rows that are predicted differently."""
        scores: tuple[tuple[str | float, ...], ...] = tuple(
            (name, self.scores[name], *(round(edge, 4) for edge in self.intervals[name]))
            for name in self.names
        )
        header = ("model", display_name(self.metric), "from", "to")
        tables = [ReportTable("Scores", header, scores)]
        if self.mcnemar is not None:
            tables.append(_mcnemar_table(self.mcnemar, self.names))
        return [*tables, self.examples]


def _mcnemar_table(test: McNemar, names: tuple[str, str]) -> ReportTable:
    first, second = names
    rows = (
        (f"{first} right", test.both, test.first_only),
        (f"{first} wrong", test.second_only, test.neither),
    )
    header = ("", f"{second} right", f"{second} wrong")
    return ReportTable(f"Rows right and wrong (McNemar p = {test.p:.4f})", header, rows)


def shared_labels(spaces: Sequence[LabelSpace]) -> LabelSpace:
    """Return the larger of two label spaces, in which both models can be scored.

    Raises:
        TaskError: each has labels that the other lacks.
    """
    first, second = spaces
    if set(second.names) <= set(first.names):
        return first
    if set(first.names) <= set(second.names):
        return second
    unshared = sorted(set(first.names) ^ set(second.names))
    raise TaskError(
        f"The models have different labels; only one of them has {', '.join(unshared[:5])}.",
        remedy="Compare models that were tuned on the same labels.",
    )


def compare_paired(
    task: Task,
    examples: Sequence[Any],
    models: tuple[ModelPredictions, ModelPredictions],
    labels: LabelSpace,
    data: str,
) -> PairedComparison:
    """Compare the predictions of two models for ``examples``; ``data`` is the name of the data.

    The difference is tested by a paired bootstrap, and by McNemar's test where the task has right
    and wrong predictions.
    """
    scorer = task_scorer(task, labels)
    first, second = models
    names = (first.name, second.name if second.name != first.name else f"{second.name} (again)")
    counts = [
        task.sufficient_statistics(examples, model.predictions, labels).astype(float)
        for model in models
    ]
    metric = scorer.metric(counts[0])
    by_name = dict(zip(names, counts, strict=True))
    rows = _rows(task, examples, models)
    differing = [row for row in rows if row.predictions[0] != row.predictions[1]]
    return PairedComparison(
        data=data,
        task=task.name,
        metric=metric,
        rows=len(rows),
        names=names,
        scores={name: scorer.scores(matrix)[metric] for name, matrix in by_name.items()},
        intervals={name: scorer.intervals(matrix)[metric] for name, matrix in by_name.items()},
        difference=scorer.difference(counts[0], counts[1]),
        mcnemar=_mcnemar(rows),
        differing=len(differing),
        examples=_examples_table(differing, names),
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """A row for people, with both predictions and whether each is right (``None``: neither)."""

    line: int
    text: str
    target: str
    predictions: tuple[str, str]
    correct: tuple[bool | None, bool | None]


def _rows(
    task: Task, examples: Sequence[Any], models: tuple[ModelPredictions, ModelPredictions]
) -> list[_Row]:
    pairs = zip(models[0].predictions, models[1].predictions, strict=True)
    return [
        _Row(
            line=example.line or number,
            text=task.input_text(example)[:MAX_CHARACTERS],
            target=task.target_text(example),
            predictions=(first.summary(), second.summary()),
            correct=(task.correct(example, first), task.correct(example, second)),
        )
        for number, (example, (first, second)) in enumerate(
            zip(examples, pairs, strict=True), start=1
        )
    ]


def _mcnemar(rows: Sequence[_Row]) -> McNemar | None:
    if any(None in row.correct for row in rows):
        return None
    correct = np.array([row.correct for row in rows], dtype=bool).reshape(-1, 2)
    return mcnemar(correct[:, 0], correct[:, 1])


def _examples_table(differing: Sequence[_Row], names: tuple[str, str]) -> ReportTable:
    """Rows that the models predict differently; those that one alone has right come first."""
    has_correct = not any(None in row.correct for row in differing)
    shown = sorted(differing, key=lambda row: row.correct[0] == row.correct[1])[:MAX_EXAMPLES]
    cells: list[tuple[str | int | float, ...]] = [
        (
            row.line,
            row.text,
            row.target,
            *row.predictions,
            *([_who_is_right(row, names)] if has_correct else []),
        )
        for row in shown
    ]
    title = f"{len(differing):,} rows where they differ"
    if len(shown) < len(differing):
        title += f", {len(shown)} of them shown"
    header = ("line", "text", "true", *names, *(["right"] if has_correct else []))
    return ReportTable(title, header, tuple(cells))


def _who_is_right(row: _Row, names: tuple[str, str]) -> str:
    first, second = row.correct
    if first == second:
        return "both" if first else "neither"
    return names[0] if first else names[1]
