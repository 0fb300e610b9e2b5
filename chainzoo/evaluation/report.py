"""A report: what was measured, as typed values, as JSON, and as a text to read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.errors import DataError
from chainzoo.evaluation.bootstrap import Difference
from chainzoo.tasks.protocol import ReportTable

JSON_FILE, TEXT_FILE, PICTURE_FILE = "report.json", "report.md", "confusion.png"

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each true label (row) was predicted as each label (column)."""

    names: tuple[str, ...]
    matrix: tuple[tuple[int, ...], ...]

    def commonest(self, limit: int = 10) -> list[tuple[str, str, int, int]]:
        """The most frequent mistakes: true, predicted, how often, and of how many of that label."""
        matrix = np.asarray(self.matrix, dtype=np.int64).reshape(len(self.names), len(self.names))
        wrong = matrix.copy()
        np.fill_diagonal(wrong, 0)
        order = np.argsort(-wrong, axis=None, kind="stable")[:limit]
        pairs = [divmod(int(cell), len(self.names)) for cell in order]
        return [
            (self.names[true], self.names[guess], int(wrong[true, guess]), int(matrix[true].sum()))
            for true, guess in pairs
            if wrong[true, guess]
        ]


@dataclass(frozen=True, slots=True)
class Report:
    """How good a model is on ``rows`` examples.

    ``metric`` names the score that decides. Scores lie between 0 and 1; ``intervals`` are their
    95 % bootstrap intervals. ``baselines`` and ``baseline_intervals`` say the same of simple
    models, and ``leads`` by how much the model is ahead of each in ``metric``.
    """

    task: str
    metric: str
    rows: int
    scores: dict[str, float]
    intervals: dict[str, Interval] = field(default_factory=dict)
    baselines: dict[str, dict[str, float]] = field(default_factory=dict)
    baseline_intervals: dict[str, dict[str, Interval]] = field(default_factory=dict)
    leads: dict[str, Difference] = field(default_factory=dict)
    tables: tuple[ReportTable, ...] = ()
    errors: ReportTable | None = None
    confusion: Confusion | None = None
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """The score that decides."""
        return self.scores[self.metric]

    @property
    def best_baseline(self) -> str | None:
        """The name of the strongest baseline."""
        return max(self.baselines, key=lambda name: self.baselines[name][self.metric], default=None)

    @property
    def verdict(self) -> str:
        """The report in one sentence."""
        from chainzoo.evaluation.markdown import verdict

        return verdict(self)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, from which ``from_dict`` makes an equal one."""
        return {
            "task": self.task,
            "metric": self.metric,
            "rows": self.rows,
            "verdict": self.verdict,
            "scores": dict(self.scores),
            "intervals": {name: list(pair) for name, pair in self.intervals.items()},
            "baselines": {name: dict(scores) for name, scores in self.baselines.items()},
            "baseline_intervals": {
                name: {score: list(pair) for score, pair in pairs.items()}
                for name, pairs in self.baseline_intervals.items()
            },
            "leads": {name: lead.as_dict() for name, lead in self.leads.items()},
            "tables": [_table_out(table) for table in self.tables],
            "errors": _table_out(self.errors) if self.errors else None,
            "confusion": _confusion_out(self.confusion) if self.confusion else None,
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Report:
        """The report that ``as_dict`` described.

        Raises:
            DataError: something that a report needs is missing or of the wrong kind.
        """
        try:
            return cls(
                task=values["task"],
                metric=values["metric"],
                rows=values["rows"],
                scores=dict(values["scores"]),
                intervals=_intervals_in(values["intervals"]),
                baselines={name: dict(scores) for name, scores in values["baselines"].items()},
                baseline_intervals={
                    name: _intervals_in(pairs)
                    for name, pairs in values["baseline_intervals"].items()
                },
                leads={name: Difference(**lead) for name, lead in values["leads"].items()},
                tables=tuple(_table_in(table) for table in values["tables"]),
                errors=_table_in(values["errors"]) if values["errors"] else None,
                confusion=_confusion_in(values["confusion"]) if values["confusion"] else None,
                notes=tuple(values["notes"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataError(
                f"Not a report: {type(error).__name__}: {error}.",
                remedy="Evaluate the model again.",
            ) from None

    def to_json(self) -> str:
        """JSON text of ``as_dict``."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=2)

    def to_markdown(self) -> str:
        """The report as a text to read; it shows ``confusion.png`` when there is a matrix."""
        from chainzoo.evaluation.markdown import markdown

        return markdown(self)

    def save(self, folder: Path) -> None:
        """Write ``report.json``, ``report.md`` and ``confusion.png``, each whole or not at all."""
        from chainzoo.evaluation.plots import plot_confusion

        folder.mkdir(parents=True, exist_ok=True)
        confusion = self.confusion
        if confusion is not None:
            plot_confusion(confusion.names, np.asarray(confusion.matrix), folder / PICTURE_FILE)
        else:
            (folder / PICTURE_FILE).unlink(missing_ok=True)
        write_beside(folder / TEXT_FILE, lambda path: _write_text(path, self.to_markdown()))
        write_beside(folder / JSON_FILE, lambda path: _write_text(path, self.to_json() + "\n"))

    @classmethod
    def load(cls, folder: Path) -> Report:
        """The report saved in ``folder``.

        Raises:
            DataError: there is none, or it is damaged.
        """
        path = folder / JSON_FILE
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DataError(
                f"no readable report: {error}.", file=path, remedy="Evaluate the model again."
            ) from None
        return cls.from_dict(values)


def write_beside(path: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a file beside ``path``, and rename it to ``path`` when it is whole."""
    beside = path.with_name(f".{path.stem}-{os.getpid()}{path.suffix}")
    try:
        write(beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _table_out(table: ReportTable) -> dict[str, Any]:
    rows = [list(row) for row in table.rows]
    return {"title": table.title, "header": list(table.header), "rows": rows}


def _table_in(values: Mapping[str, Any]) -> ReportTable:
    rows = tuple(tuple(row) for row in values["rows"])
    return ReportTable(values["title"], tuple(values["header"]), rows)


def _confusion_out(confusion: Confusion) -> dict[str, Any]:
    return {"names": list(confusion.names), "matrix": [list(row) for row in confusion.matrix]}


def _confusion_in(values: Mapping[str, Any]) -> Confusion:
    return Confusion(tuple(values["names"]), tuple(tuple(row) for row in values["matrix"]))


def _intervals_in(values: Mapping[str, Any]) -> dict[str, Interval]:
    return {name: (float(low), float(high)) for name, (low, high) in values.items()}
