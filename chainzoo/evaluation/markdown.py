"""Reports and comparisons as Markdown."""

from __future__ import annotations

import re
from typing import Any

from chainzoo.evaluation.paired import PairedComparison
from chainzoo.evaluation.report import Report, display_name
from chainzoo.metrics.tables import ReportTable

SPECIAL = re.compile(r"[\\|<>*_`\[\]]")  # Characters that Markdown reads as markup.


def report_markdown(report: Report) -> str:
    """Render a report; the confusion matrix is linked as ``confusion.png``."""
    parts = [f"# Evaluation: {report.task}", report.verdict, _scores_table(report)]
    parts += report.gain_sentences()
    parts += report.notes
    if report.texts_per_second:
        parts.append(f"Prediction ran at {report.texts_per_second:,.1f} texts a second.")
    parts += [_section(table) for table in report.tables]
    if report.errors.rows:
        parts.append(_section(report.errors))
    if report.confusion is not None:
        parts.append("## Confusion\n\n![Confusion matrix](confusion.png)")
    return "\n\n".join(parts) + "\n"


def comparison_markdown(comparison: PairedComparison) -> str:
    """Render a paired comparison of two models."""
    parts = [f"# {comparison.title}", comparison.verdict]
    parts += [_section(table) for table in comparison.tables()]
    return "\n\n".join(parts) + "\n"


def markdown_table(table: ReportTable) -> str:
    """Render a table without its title; markup in the cells is escaped."""
    lines = [
        "| " + " | ".join(_cell(value) for value in row) + " |"
        for row in (table.header, *table.rows)
    ]
    lines.insert(1, "|" + " --- |" * len(table.header))
    return "\n".join(lines)


def _cell(value: Any) -> str:
    text = f"{value:.4f}" if isinstance(value, float) else str(value)
    return " ".join(SPECIAL.sub(r"\\\g<0>", text).split())


def _section(table: ReportTable) -> str:
    return f"## {table.title}\n\n{markdown_table(table)}"


def _scores_table(report: Report) -> str:
    header = ("score", "model", "95 % interval", *report.baselines)
    rows = []
    for name, value in report.scores.items():
        low, high = report.intervals[name]
        others = (f"{scores[name]:.4f}" for scores in report.baselines.values())
        rows.append((display_name(name), f"{value:.4f}", f"{low:.4f} to {high:.4f}", *others))
    return markdown_table(ReportTable("", header, tuple(rows)))
