"""Verbs on data: inspect."""

from __future__ import annotations

from typing import Any

import click

from chainzoo.cli import display


def add_to(group: Any) -> None:
    """Add these verbs to the command line."""
    group.add_command(inspect)


def guess_options(command: Any) -> Any:
    """The options that overrule what is guessed about a file."""
    for option in (
        click.option("--text-column", help="Column with the text."),
        click.option("--label-column", help="Column with the label or the tag."),
        click.option("--delimiter", help="Between the columns."),
        click.option("--encoding", help="Such as utf-8 or gb18030."),
        click.option("--header/--no-header", default=None, help="Whether line 1 names columns."),
        click.option("--tag-scheme", type=click.Choice(["iob1", "iob2", "bioes"])),
        click.option("--label-delimiter", help="Between several labels in one cell."),
        click.option("--end-inclusive/--end-exclusive", default=None, help="How spans end."),
    ):
        command = option(command)
    return command


def reading_options(command: Any) -> Any:
    """Those, and which task and which rows it is about."""
    for option in (
        guess_options,
        click.option("--task", help="The task, where the guess is wrong."),
        click.option("--split", help="Only this part of the file."),
        click.option("--limit", type=click.IntRange(min=1), help="At most so many rows."),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("file")
@click.option("--against", help="A file to judge by: look for rows that leak into it.")
@reading_options
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def inspect(file: str, against: str | None, json_: bool, **options: Any) -> None:
    """Inspect a data set before tuning on it: the inferred options, five rows, and its problems.

    Example:  chainzoo inspect tickets.csv --label-column intent
    """
    from chainzoo.zoo import Zoo

    found = Zoo().inspect(file, against=against, **options)
    if json_:
        display.as_json(found.as_dict())
        return
    display.text(found.verdict, style="bold")
    display.table(
        "Inferred (each can be overridden)",
        ("option", "value", "reason", "override with"),
        [(o["name"], o["value"], o["reason"], _flag(o["option"])) for o in found.inferred],
    )
    rows = [
        (row["line"] or "", row["text"][:90], ", ".join(row["labels"])[:60]) for row in found.sample
    ]
    display.table("Five rows as they were read", ("line", "text", "labels or answers"), rows)
    counts = list(found.labels.items())
    shown = counts[:12]
    if counts:
        display.table(f"{len(counts)} labels", ("label", "count"), shown)
    if len(counts) > len(shown):
        display.text(f"… and {len(counts) - len(shown)} more.")
    lengths = ", ".join(f"{name} {value:,}" for name, value in found.lengths.items())
    leaked = {"leaked": found.leaked, "nearly leaked": found.leaked_nearly}
    display.facts(
        {
            f"length in {found.unit}": lengths,
            "language": found.language,
            "duplicates": f"{found.duplicates} the same, {found.near_duplicates} nearly",
            "contradicting": found.contradictions,
            **{name: value for name, value in leaked.items() if value is not None},
        }
    )
    for warning in found.warnings:
        display.text(warning, style="yellow")


def _flag(option: str) -> str:
    return f"--{option.replace('_', '-')}" if option else ""
