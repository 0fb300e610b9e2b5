"""Two models on the same rows: which is better, whether measurably, and where they differ."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.errors import TaskError
from chainzoo.evaluation.report import display_name, markdown_table, write_whole
from chainzoo.metrics.bootstrap import Difference, intervals, paired_difference
from chainzoo.tasks import LabelSpace, ReportTable, Task

FEW = 25  # Rows that one alone has right, up to which McNemar's test is exact.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class ModelPredictions:
    """A model and its predictions."""

    name: str
    predictions: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class McNemar:
    """Rows that both, the first alone, the second alone, and neither have right; ``p``, two-sided.

    McNemar 1947; with few rows the exact binomial test, else chi-square with Edwards' correction
    (1948).
    """

    both: int
    first_alone: int
    second_alone: int
    neither: int
    p: float


@dataclass(frozen=True, slots=True)
class PairedComparison:
    """``difference`` is how much better the second is. ``rows`` of data; ``differing`` are shown.

    ``scores`` and ``intervals`` are of the deciding score, by the models' names.
    """

    data: str
    task: str
    metric: str
    rows: int
    names: tuple[str, str]
    scores: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    difference: Difference
    mcnemar: McNemar
    differing: int
    shown: ReportTable

    @property
    def verdict(self) -> str:
        """One plain sentence: who is better, and whether measurably."""
        first, second = self.names
        better, worse = (second, first) if self.difference.delta >= 0 else (first, second)
        by = abs(self.difference.delta)
        sure = self.difference.low > 0 or self.difference.high < 0
        if by == 0:
            said = f"{first} and {second} are equally good"
        elif sure:
            said = f"{better} is measurably better than {worse}, by {by:.3f} {display_name(self.metric)}"
        else:
            said = (
                f"{better} is ahead of {worse} by {by:.3f} {display_name(self.metric)}, which may be"
                " chance"
            )
        return f"{said} (p = {self.difference.p:.3f}, paired bootstrap on {self.rows:,} rows)."

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {**asdict(self), "verdict": self.verdict}

    def tables(self) -> list[ReportTable]:
        """The scores, who has which rows right, and rows where the two differ."""
        first, second = self.names
        scores: tuple[tuple[str | float, ...], ...] = tuple(
            (name, self.scores[name], *(round(edge, 4) for edge in self.intervals[name]))
            for name in self.names
        )
        m = self.mcnemar
        right = (
            (f"{first} right", m.both, m.first_alone),
            (f"{first} wrong", m.second_alone, m.neither),
        )
        header = ("", f"{second} right", f"{second} wrong")
        return [
            ReportTable("Scores", ("model", display_name(self.metric), "from", "to"), scores),
            ReportTable(f"Rows right and wrong (McNemar p = {m.p:.4f})", header, right),
            self.shown,
        ]

    def save(self, folder: Path) -> None:
        """Write ``comparison.json``, ``.md`` and ``.html`` into a folder."""
        from chainzoo.evaluation.html_report import duel_page

        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.as_dict(), ensure_ascii=False, indent=1)
        write_whole(folder / "comparison.json", text)
        write_whole(folder / "comparison.md", self.to_markdown())
        write_whole(folder / "comparison.html", duel_page(self))

    def to_markdown(self) -> str:
        """The comparison for a person to read."""
        parts = [f"# {self.names[0]} and {self.names[1]} on {self.data}", self.verdict]
        parts += [f"## {table.title}\n\n{markdown_table(table)}" for table in self.tables()]
        return "\n\n".join(parts) + "\n"


def shared_labels(spaces: Sequence[LabelSpace]) -> LabelSpace:
    """The label space in which both can be counted: the first's, where the second adds nothing.

    Raises:
        TaskError: each has labels that the other lacks.
    """
    first, second = spaces
    if set(second.names) <= set(first.names):
        return first
    if set(first.names) <= set(second.names):
        return second
    only = sorted(set(second.names) - set(first.names))
    raise TaskError(
        f"The models have different labels: {', '.join(only[:5])} only one of them knows.",
        remedy="Compare models that were tuned on the same labels.",
    )


def compare_paired(
    task: Task,
    examples: Sequence[Any],
    first: ModelPredictions,
    second: ModelPredictions,
    labels: LabelSpace,
    data: str,
) -> PairedComparison:
    """Compare the predictions of two models for ``examples``."""

    def scores(sums: Any) -> Any:
        return task.scores(sums, labels)

    counts = [
        task.sufficient_statistics(examples, s.predictions, labels).astype(float)
        for s in (first, second)
    ]
    metric = next(iter(scores(counts[0].sum(axis=0))))
    names = (first.name, second.name if second.name != first.name else f"{second.name} (again)")
    right = [_right(task, examples, s.predictions, labels) for s in (first, second)]
    differ = [
        at
        for at in range(len(examples))
        if first.predictions[at].summary() != second.predictions[at].summary()
    ]
    return PairedComparison(
        data=data,
        task=task.name,
        metric=metric,
        rows=len(examples),
        names=names,
        scores={
            name: float(scores(c.sum(axis=0))[metric])
            for name, c in zip(names, counts, strict=True)
        },
        intervals={
            name: intervals(c, scores)[metric] for name, c in zip(names, counts, strict=True)
        },
        difference=paired_difference(counts[0], counts[1], scores, metric),
        mcnemar=mcnemar(right[0], right[1]),
        differing=len(differ),
        shown=_shown(examples, first, second, names, right, differ),
    )


def _right(
    task: Task, examples: Sequence[Any], predictions: Sequence[Any], labels: LabelSpace
) -> np.ndarray:
    """Which rows are right: those whose counts are the counts of a perfect answer.

    Judged by itself, a row has the best score that it can have; a row with nothing to find (no
    entity, where none was found) counts nothing wrong, and is right too.
    """
    counts = task.sufficient_statistics(examples, predictions, labels).astype(float)
    metric = next(iter(task.scores(counts.sum(axis=0), labels)))
    alone = np.asarray(task.scores(counts, labels)[metric], dtype=float)
    if labels.problem == "tokens":  # Right, found and true entities are the same number.
        k = len([name for name in labels.names if name.startswith("B-")])
        parts = counts[:, :k], counts[:, k : 2 * k], counts[:, 2 * k : 3 * k]
        same: np.ndarray = (parts[0] == parts[1]).all(1) & (parts[1] == parts[2]).all(1)
        return same
    if labels.problem == "text":  # Nobody writes the very words: the better half counts as right.
        middle: np.ndarray = alone >= np.median(alone)
        return middle
    if "accuracy" in task.scores(counts.sum(axis=0), labels):
        alone = np.asarray(task.scores(counts, labels)["accuracy"], dtype=float)
    perfect: np.ndarray = alone >= 1 - 1e-9
    return perfect


def mcnemar(first: np.ndarray, second: np.ndarray) -> McNemar:
    """McNemar's test of two boolean arrays of the same rows."""
    from scipy.stats import binomtest, chi2

    b, c = int((first & ~second).sum()), int((~first & second).sum())
    if b + c == 0:
        p = 1.0
    elif b + c <= FEW:
        p = float(binomtest(b, b + c).pvalue)
    else:
        p = float(chi2.sf((abs(b - c) - 1) ** 2 / (b + c), 1))
    return McNemar(int((first & second).sum()), b, c, int((~first & ~second).sum()), p)


def _shown(
    examples: Sequence[Any],
    first: ModelPredictions,
    second: ModelPredictions,
    names: tuple[str, str],
    right: Sequence[np.ndarray],
    differ: Sequence[int],
) -> ReportTable:
    # Rows that one alone has right say most.
    order = sorted(differ, key=lambda at: right[0][at] == right[1][at])[:SHOWN]
    rows = tuple(
        (
            examples[at].line or at + 1,
            str(getattr(examples[at], "question", "") or examples[at].text)[:300],
            _truth(examples[at]),
            first.predictions[at].summary(),
            second.predictions[at].summary(),
            _who(bool(right[0][at]), bool(right[1][at]), names),
        )
        for at in order
    )
    title = f"{len(differ):,} rows where they differ" + (
        f", {len(rows)} of them shown" if len(rows) < len(differ) else ""
    )
    return ReportTable(title, ("line", "text", "true", *names, "right"), rows)


def _who(first: bool, second: bool, names: tuple[str, str]) -> str:
    if first == second:
        return "both" if first else "neither"
    return names[0] if first else names[1]


def _truth(example: Any) -> str:
    if hasattr(example, "spans"):
        return "; ".join(f"{s.label}: {example.text[s.start : s.end]}" for s in example.spans)
    if hasattr(example, "answers"):
        return " / ".join(text for text, _ in example.answers or ()) or "no answer"
    if hasattr(example, "targets"):
        return str(next(iter(example.targets), ""))
    if hasattr(example, "score"):
        return str(example.score)
    if hasattr(example, "turns"):
        return str(example.turns[-1].text)
    return ", ".join(example.labels)
