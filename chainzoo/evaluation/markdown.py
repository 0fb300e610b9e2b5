"""A report as Markdown: the verdict first, then what it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chainzoo.evaluation.bootstrap import Difference
    from chainzoo.evaluation.report import Interval, Report
    from chainzoo.tasks.protocol import ReportTable

LONGEST_CELL = 160
Cell = str | int | float


def verdict(report: Report) -> str:
    """How good the model is, and what the strongest baseline reaches, in one sentence."""
    text = f"{score_name(report.metric)} {report.score:.3f}"
    interval = report.intervals.get(report.metric)
    if interval:
        text += f" (95 % interval {_range(interval)})"
    text += f" on {report.rows:,} {'row' if report.rows == 1 else 'rows'}"
    name = report.best_baseline
    if name is not None:
        text += f"; {name} reaches {report.baselines[name][report.metric]:.3f}"
    return f"{text[0].upper()}{text[1:]}."


def lead_sentence(name: str, lead: Difference) -> str:
    """What a difference to another model means."""
    points = f"{abs(lead.delta) * 100:.1f} points"
    span = f"95 % interval of the difference {lead.low * 100:+.1f} to {lead.high * 100:+.1f}"
    if not lead.is_real:
        return f"No real difference to {name} can be seen on these rows ({span}, p = {lead.p:.3f})."
    side = "ahead of" if lead.delta > 0 else "behind"
    return f"The model is {points} {side} {name} ({span}, p = {lead.p:.3f})."


def markdown(report: Report) -> str:
    """The whole report."""
    parts = [f"# Evaluation: {escape(report.task)}", f"**{escape(report.verdict)}**"]
    best = report.best_baseline
    if best is not None and best in report.leads:
        parts.append(escape(lead_sentence(best, report.leads[best])))
    if report.notes:
        parts.append("\n".join(f"- {escape(note)}" for note in report.notes))
    parts += ["## The model and the baselines", _comparison(report)]
    for table in report.tables:
        parts += [f"## {escape(table.title)}", table_text(table)]
    if report.errors is not None:
        parts.append(f"## {escape(report.errors.title)}")
        parts.append(table_text(report.errors) if report.errors.rows else "None.")
    parts += _confusion_part(report)
    return "\n\n".join(parts) + "\n"


def _comparison(report: Report) -> str:
    systems = [("model", report.scores, report.intervals)]
    systems += [
        (name, scores, report.baseline_intervals.get(name, {}))
        for name, scores in report.baselines.items()
    ]
    rows = [
        (
            score_name(score),
            *(_with_interval(scores[score], pairs.get(score)) for _, scores, pairs in systems),
        )
        for score in report.scores
    ]
    header = ("score", *(name for name, _, _ in systems))
    return _grid(header, rows) + "\n\nIn brackets: 95 % bootstrap intervals."


def _confusion_part(report: Report) -> list[str]:
    confusion = report.confusion
    if confusion is None:
        return []
    parts = ["## Confusion", "![Confusion matrix](confusion.png)"]
    rows = [
        (true, guess, times, f"{times / total:.0%}")
        for true, guess, times, total in confusion.commonest()
    ]
    if rows:
        header = ("true", "predicted as", "times", "share of the true")
        parts += ["The most frequent confusions:", _grid(header, rows)]
    return parts


def table_text(table: ReportTable) -> str:
    """One table as Markdown; numbers stand right."""
    return _grid(table.header, table.rows)


def _grid(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    kept = list(rows)
    numeric = [
        bool(kept) and all(isinstance(row[at], int | float) for row in kept)
        for at in range(len(header))
    ]
    lines = [_line([escape(name) for name in header])]
    lines.append(_line(["---:" if right else "---" for right in numeric]))
    lines += [_line([_cell(value) for value in row]) for row in kept]
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: Cell) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, int):
        return f"{value:,}"
    return escape(value if len(value) <= LONGEST_CELL else value[: LONGEST_CELL - 1] + "…")


def escape(text: str) -> str:
    """Text that Markdown shows as it is, on one line, and that cannot break a table."""
    flat = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    marked = re.sub(r"([\\`*|\[\]~])", r"\\\1", flat)
    marked = re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\\_", marked)  # card_arrival stays readable.
    return marked.replace("<", "&lt;").replace(">", "&gt;")


def score_name(name: str) -> str:
    """A score's name to read: ``entity_f1`` is entity F1."""
    return re.sub(r"\bf1\b", "F1", name.replace("_", " "))


def _range(interval: Interval) -> str:
    return f"{interval[0]:.3f}–{interval[1]:.3f}"


def _with_interval(value: float, interval: Interval | None) -> str:
    return f"{value:.3f} ({_range(interval)})" if interval else f"{value:.3f}"
