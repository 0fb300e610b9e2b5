"""The report of an evaluation: for a program, for a person, and as pictures."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.metrics.bootstrap import Difference
from chainzoo.tasks import ReportTable

SPECIAL = re.compile(r"[\\|<>*_`\[\]]")  # What Markdown would take for something else.


@dataclass(frozen=True, slots=True)
class Report:
    """How good a model is on ``rows`` examples.

    ``scores`` and ``intervals`` (95 %, by bootstrap) are by the score's name; ``metric`` names the
    deciding one. ``baselines`` holds the same scores of simple models, and ``gains`` how much
    better than each of them the model is, on the same rows. ``confusion`` is names and a matrix
    (true, predicted). ``notes`` are what a reader should know.
    """

    task: str
    metric: str
    rows: int
    scores: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    baselines: dict[str, dict[str, float]]
    tables: tuple[ReportTable, ...]
    errors: ReportTable
    confusion: tuple[tuple[str, ...], np.ndarray] | None = None
    texts_per_second: float | None = None
    gains: dict[str, Difference] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """The deciding score."""
        return self.scores[self.metric]

    @property
    def verdict(self) -> str:
        """One plain sentence: the deciding score, how sure it is, and what the baselines reach."""
        low, high = self.intervals[self.metric]
        said = (
            f"{display_name(self.metric)} {self.score:.3f} (95 % interval {low:.3f} to {high:.3f}) on"
            f" {self.rows:,} rows"
        )
        rest = [f"{name} reaches {s[self.metric]:.3f}" for name, s in self.baselines.items()]
        return f"{said}; {', '.join(rest)}." if rest else f"{said}."

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        values = asdict(self)
        values["verdict"] = self.verdict
        if self.confusion is not None:
            names, matrix = self.confusion
            values["confusion"] = {"labels": list(names), "matrix": matrix.tolist()}
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Report:
        """The report that ``as_dict`` was of."""
        values = {name: value for name, value in values.items() if name != "verdict"}
        values["tables"] = tuple(_table(table) for table in values["tables"])
        values["errors"] = _table(values["errors"])
        values["gains"] = {k: Difference(**v) for k, v in values.get("gains", {}).items()}
        values["notes"] = tuple(values.get("notes", ()))
        values["intervals"] = {k: (v[0], v[1]) for k, v in values["intervals"].items()}
        if values["confusion"] is not None:
            found = values["confusion"]
            values["confusion"] = (tuple(found["labels"]), np.asarray(found["matrix"]))
        return cls(**values)

    def to_markdown(self) -> str:
        """The report for a person to read."""
        parts = [f"# Evaluation: {self.task}", self.verdict, self._scores_table()]
        parts += self.gain_lines()
        parts += self.notes
        if self.texts_per_second:
            parts.append(f"Prediction ran at {self.texts_per_second:,.1f} texts a second.")
        parts += [f"## {table.title}\n\n{markdown_table(table)}" for table in self.tables]
        if self.errors.rows:
            parts.append(f"## {self.errors.title}\n\n{markdown_table(self.errors)}")
        if self.confusion is not None:
            parts.append("## Confusion\n\n![Confusion matrix](confusion.png)")
        return "\n\n".join(parts) + "\n"

    def gain_lines(self) -> list[str]:
        """A sentence for each baseline: how much better the model is, and how sure that is."""
        return [self._gain(name) for name in self.gains]

    def _gain(self, name: str) -> str:
        gain = self.gains[name]
        chance = "p < 0.001" if gain.p < 0.001 else f"p = {gain.p:.3f}"
        return (
            f"Against {name}: {gain.delta:+.3f} {display_name(self.metric)} (95 % interval"
            f" {gain.low:+.3f} to {gain.high:+.3f}, {chance}, paired bootstrap)."
        )

    def _scores_table(self) -> str:
        header = ("score", "model", "95 % interval", *self.baselines)
        rows = []
        for name, value in self.scores.items():
            low, high = self.intervals[name]
            others = (f"{scores[name]:.4f}" for scores in self.baselines.values())
            rows.append((display_name(name), f"{value:.4f}", f"{low:.4f} to {high:.4f}", *others))
        return markdown_table(ReportTable("", header, tuple(rows)))

    def save(self, folder: Path) -> None:
        """Write the report as JSON, Markdown and HTML, and the pictures, each whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.as_dict(), ensure_ascii=False, indent=1)
        write_whole(folder / "report.json", text)
        write_whole(folder / "report.md", self.to_markdown())
        picture = folder / "confusion.png"
        if self.confusion is None:
            picture.unlink(missing_ok=True)  # An earlier report's.
        else:
            from chainzoo.evaluation.plots import plot_confusion

            plot_confusion(*self.confusion, picture)
        from chainzoo.evaluation.html_report import report_page

        pictures = [
            ("Confusion", picture),
            ("PruningCallback of the training", folder / "curves.png"),
        ]
        write_whole(folder / "report.html", report_page(self, pictures))


def display_name(score: str) -> str:
    """A score's name as it is said: ``entity_f1`` is ``entity F1``."""
    return score.replace("_f1", " F1").replace("_", " ")


def markdown_table(table: ReportTable) -> str:
    """A table in Markdown; what could break it is escaped."""

    def cell(value: Any) -> str:
        text = f"{value:.4f}" if isinstance(value, float) else str(value)
        return " ".join(SPECIAL.sub(r"\\\g<0>", text).split())

    lines = ["| " + " | ".join(map(cell, row)) + " |" for row in (table.header, *table.rows)]
    lines.insert(1, "|" + " --- |" * len(table.header))
    return "\n".join(lines)


def _table(values: dict[str, Any]) -> ReportTable:
    rows = tuple(tuple(row) for row in values["rows"])
    return ReportTable(values["title"], tuple(values["header"]), rows)


def write_whole(path: Path, text: str) -> None:
    """Write a file beside, then put it in its place."""
    beside = path.with_name(path.name + ".part")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
