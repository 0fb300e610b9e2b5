"""Print a report, and follow a run until there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainzoo.cli import display

if TYPE_CHECKING:
    from chainzoo.evaluation import Report
    from chainzoo.registry import ModelRecord
    from chainzoo.runs import Run

MAX_TABLE_ROWS = 24  # Longer tables are in the saved report only.


def show_report(report: Report) -> None:
    """Print the scores next to those of the baselines, and the short tables."""
    from chainzoo.evaluation.report import display_name

    rows = []
    for name, value in report.scores.items():
        low, high = report.intervals[name]
        baselines = [scores[name] for scores in report.baselines.values()]
        rows.append((display_name(name), value, f"{low:.4f} to {high:.4f}", *baselines))
    display.table("", ("score", "model", "95 % interval", *report.baselines), rows)
    for table in report.tables:
        if len(table.rows) <= MAX_TABLE_ROWS:
            display.table(table.title, table.header, table.rows)


def follow_to_model(run: Run, json_: bool) -> ModelRecord:
    """Follow a run to its end; print the model and its report unless JSON is printed."""
    from chainzoo.evaluation import Report

    display.follow(run, quiet=json_)
    record = run.wait()
    if not json_:
        report = Report.from_dict(record.report)
        display.text(f"{record.ref}: {report.verdict}", style="bold")
        show_report(report)
    return record
