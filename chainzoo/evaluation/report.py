"""The report of an evaluation, as plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from chainzoo.metrics.bootstrap import Difference
from chainzoo.metrics.tables import ReportTable


@dataclass(frozen=True, slots=True)
class Report:
    """How good a model is on ``rows`` examples.

    ``scores`` and ``intervals`` (95 %, see ``metrics/bootstrap.py``) are by the score's name;
    ``metric`` names the deciding one. ``baselines`` holds the same scores of simple models, and
    ``gains`` the paired difference to each of them. ``confusion`` is the names of the labels and a
    matrix of shape (labels, labels), true by predicted. ``notes`` are remarks for the reader.
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
        """One sentence: the deciding score, its interval, and the baselines' scores."""
        low, high = self.intervals[self.metric]
        text = (
            f"{display_name(self.metric)} {self.score:.3f} (95 % interval {low:.3f} to {high:.3f})"
            f" on {self.rows:,} rows"
        )
        others = [f"{name} reaches {s[self.metric]:.3f}" for name, s in self.baselines.items()]
        return f"{text}; {', '.join(others)}." if others else f"{text}."

    def gain_sentences(self) -> list[str]:
        """A sentence for each baseline: how much better the model is, and how certain that is."""
        return [self._gain_sentence(name, gain) for name, gain in self.gains.items()]

    def _gain_sentence(self, baseline: str, gain: Difference) -> str:
        p = "p < 0.001" if gain.p < 0.001 else f"p = {gain.p:.3f}"
        return (
            f"Against {baseline}: {gain.delta:+.3f} {display_name(self.metric)} (95 % interval"
            f" {gain.low:+.3f} to {gain.high:+.3f}, {p}, paired bootstrap)."
        )

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values that JSON can hold, with the verdict."""
        values = asdict(self)
        values["verdict"] = self.verdict
        if self.confusion is not None:
            names, matrix = self.confusion
            values["confusion"] = {"labels": list(names), "matrix": matrix.tolist()}
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Report:
        """Rebuild a report from ``as_dict``."""
        values = {name: value for name, value in values.items() if name != "verdict"}
        values["tables"] = tuple(_table(table) for table in values["tables"])
        values["errors"] = _table(values["errors"])
        values["gains"] = {k: Difference(**v) for k, v in values.get("gains", {}).items()}
        values["notes"] = tuple(values.get("notes", ()))
        values["intervals"] = {k: (v[0], v[1]) for k, v in values["intervals"].items()}
        if (confusion := values["confusion"]) is not None:
            values["confusion"] = (tuple(confusion["labels"]), np.asarray(confusion["matrix"]))
        return cls(**values)


def display_name(score: str) -> str:
    """Return a score's name for people: ``entity_f1`` is ``entity F1``."""
    return score.replace("_f1", " F1").replace("_", " ")


def _table(values: dict[str, Any]) -> ReportTable:
    rows = tuple(tuple(row) for row in values["rows"])
    return ReportTable(values["title"], tuple(values["header"]), rows)
