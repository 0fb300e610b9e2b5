"""The command that writes models for other programs: export."""

from __future__ import annotations

import click

from chainzoo.cli import display
from chainzoo.cli.options import json_option

SECTION = "Tuned models"


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
@click.option("--data", help="A file to verify on; by default what the model was tuned on.")
@json_option
def export(model: str, folder: str, format_: str, data: str | None, json_: bool) -> None:
    """Export a tuned model for programs without ChainZoo.

    The predictions of the exported model are compared with those of the tuned one.

    Example:  chainzoo export tickets --to tickets-onnx --format onnx
    """
    from chainzoo.zoo import Zoo

    exported = Zoo().export(model, folder, format=format_, data=data)
    if json_:
        display.as_json(exported.as_dict())
        return
    display.text(exported.summary(), style="bold")
    for name, (before, after) in exported.scores.items():
        display.text(f"{name} on these rows: {before:.4f} before, {after:.4f} after.")
    display.text(f"Load it with {exported.open_with}")
    for note in exported.notes:
        display.text(note, style="yellow")


COMMANDS = (export,)
