"""Verbs that give models to other programs: export."""

from __future__ import annotations

from typing import Any

import click

from chainzoo.cli import display


def add_to(group: Any) -> None:
    """Add these verbs to the command line."""
    group.add_command(export)


@click.command()
@click.argument("model")
@click.option("--to", "folder", required=True, help="A new folder to write to.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["transformers", "onnx", "onnx-int8"]),
    default="transformers",
    show_default=True,
)
@click.option("--data", help="A file to check by; what the model was tuned on when left out.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def export(model: str, folder: str, format_: str, data: str | None, json_: bool) -> None:
    """Write a tuned model for programs without ChainZoo, checked to answer as it does here.

    Example:  chainzoo export tickets --to tickets-onnx --format onnx
    """
    from chainzoo.zoo import Zoo

    found = Zoo().export(model, folder, format=format_, data=data)
    if json_:
        display.as_json(found.as_dict())
        return
    display.text(found.summary(), style="bold")
    for name, (before, after) in found.scores.items():
        display.text(f"{name} on these rows: {before:.4f} before, {after:.4f} after.")
    display.text(f"Open it with {found.open_with}")
    for note in found.notes:
        display.text(note, style="yellow")
