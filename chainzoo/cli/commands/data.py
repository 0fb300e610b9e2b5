"""Commands on data: inspect, holdout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from chainzoo.cli import display
from chainzoo.cli.model_options import ModelCommand
from chainzoo.cli.options import READ_OPTIONS, json_option

if TYPE_CHECKING:
    from chainzoo.data.inspection import Inspection

SECTION = "Models and data"
MAX_LABELS = 12


@click.command(cls=ModelCommand, generated=(READ_OPTIONS,))
@click.argument("file")
@click.option("--against", help="A file to evaluate on: look for rows that leak into it.")
@json_option
def inspect(file: str, against: str | None, json_: bool, **options: Any) -> None:
    """Inspect a data set: inferred options, rows, labels, problems.

    Example:  chainzoo inspect tickets.csv --label-column intent
    """
    from chainzoo.zoo import Zoo

    inspection = Zoo().inspect(file, against=against, **options)
    if json_:
        display.as_json(inspection.as_dict())
    else:
        _show(inspection)


def _show(inspection: Inspection) -> None:
    display.text(inspection.verdict, style="bold")
    display.table(
        "Inferred (each can be overridden)",
        ("option", "value", "reason", "override with"),
        [(o["name"], o["value"], o["reason"], _flag(o["option"])) for o in inspection.inferred],
    )
    rows = [
        (row["line"] or "", row["text"][:90], ", ".join(row["labels"])[:60])
        for row in inspection.sample
    ]
    display.table("Five rows as they were read", ("line", "text", "labels or answers"), rows)
    counts = list(inspection.labels.items())
    if counts:
        display.table(f"{len(counts)} labels", ("label", "count"), counts[:MAX_LABELS])
    if len(counts) > MAX_LABELS:
        display.text(f"… and {len(counts) - MAX_LABELS} more.")
    display.facts(_facts(inspection))
    for warning in inspection.warnings:
        display.text(warning, style="yellow")


def _facts(inspection: Inspection) -> dict[str, Any]:
    lengths = ", ".join(f"{name} {value:,}" for name, value in inspection.lengths.items())
    leaked = {"leaked": inspection.leaked, "nearly leaked": inspection.leaked_nearly}
    return {
        f"length in {inspection.unit}": lengths,
        "language": inspection.language,
        "duplicates": f"{inspection.duplicates} the same, {inspection.near_duplicates} nearly",
        "contradicting": inspection.contradictions,
        **{name: value for name, value in leaked.items() if value is not None},
    }


def _flag(option: str) -> str:
    return f"--{option.replace('_', '-')}" if option else ""


@click.command(cls=ModelCommand, generated=(READ_OPTIONS,))
@click.argument("file")
@click.option(
    "--share",
    default=0.1,
    show_default=True,
    type=click.FloatRange(0.01, 0.9),
    help="Share of the rows.",
)
@json_option
def holdout(file: str, share: float, json_: bool, **options: Any) -> None:
    """Hold out rows of a file for a last evaluation.

    Nothing is tuned or selected on them.

    Example:  chainzoo holdout tickets.csv --share 0.1
    """
    from chainzoo.zoo import Zoo

    held_out = Zoo().hold_out(file, share, **options)
    if json_:
        display.as_json(held_out.as_dict())
        return
    display.text(
        f"{held_out.rows:,} of the {held_out.of:,} rows of {held_out.data} are held out. Evaluate"
        f" on them at the end: chainzoo evaluate MODEL {file} --holdout"
    )


COMMANDS = (inspect, holdout)
