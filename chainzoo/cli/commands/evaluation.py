"""The command that evaluates tuned models: evaluate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chainzoo.cli import display
from chainzoo.cli.model_options import ModelCommand
from chainzoo.cli.options import READ_OPTIONS, json_option
from chainzoo.cli.report import show_report

if TYPE_CHECKING:
    from chainzoo.evaluation import PairedComparison, Report

SECTION = "Tuned models"
MAX_TABLE_ROWS = 12


@click.command(cls=ModelCommand, generated=(READ_OPTIONS,))
@click.argument("names", nargs=-1, required=True, metavar="MODEL [OTHER] FILE")
@click.option("--holdout", is_flag=True, help="Evaluate on the held-out rows of FILE; logged.")
@click.option("--output", help="A folder for the report: JSON, Markdown, HTML and plots.")
@json_option
def evaluate(
    names: tuple[str, ...], holdout: bool, output: str | None, json_: bool, **options: Any
) -> None:
    """Evaluate a tuned model, or two on the same rows.

    The file must not be one that a model was tuned on.

    Example:  chainzoo evaluate tickets new-tickets.csv
    """
    from chainzoo.evaluation import save_comparison, save_report
    from chainzoo.zoo import Zoo

    if len(names) not in (2, 3):
        raise click.UsageError("Give a model and a FILE, or two models and a FILE.")
    if len(names) == 2:
        report = Zoo().evaluate(*names, holdout=holdout, **options)
        if output:
            save_report(report, Path(output))
        display.as_json(report.as_dict()) if json_ else _show_report(report)
        return
    if holdout:
        raise click.UsageError("--holdout is for one model: each use of the rows is logged.")
    comparison = Zoo().evaluate_paired(*names, **options)
    if output:
        save_comparison(comparison, Path(output))
    display.as_json(comparison.as_dict()) if json_ else _show_comparison(comparison)


def _show_report(report: Report) -> None:
    display.text(report.verdict, style="bold")
    show_report(report)
    if report.errors.rows:
        display.table(report.errors.title, report.errors.header, report.errors.rows)
    for note in report.notes:
        display.text(note, style="yellow")


def _show_comparison(comparison: PairedComparison) -> None:
    display.text(comparison.verdict, style="bold")
    for table in comparison.tables():
        display.table(table.title, table.header, table.rows[:MAX_TABLE_ROWS])


COMMANDS = (evaluate,)
