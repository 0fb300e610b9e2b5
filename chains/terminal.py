"""Terminal output that the applications share: JSON, tables and progress lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

json_option = click.option("--json", "json_", is_flag=True, help="Print JSON.")


def print_json(value: Any, indent: int | None = 2) -> None:
    """Print a value as JSON to standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=indent, default=str))


def print_progress(message: str) -> None:
    """Print a progress message to standard error, so that standard output stays parsable."""
    click.echo(message, err=True)


def ignore_progress(_: str) -> None:
    """Drop a progress message."""


def print_table(
    header: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    boxed: bool = False,
    fixed: Sequence[str] = (),
) -> None:
    """Print a table; columns of numbers are aligned to the right.

    ``boxed`` draws all borders. Cells of the columns named in ``fixed`` are not wrapped.
    """
    from rich.box import HEAVY_HEAD, SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(header_style="bold", box=HEAVY_HEAD if boxed else SIMPLE_HEAD, pad_edge=boxed)
    for column, name in enumerate(header):
        numeric = bool(rows) and all(isinstance(row[column], int | float) for row in rows)
        justify: Any = "right" if numeric else "left"
        table.add_column(name, justify=justify, overflow="fold", no_wrap=name in fixed)
    for row in rows:
        table.add_row(*(escape(_format_cell(value)) for value in row))
    Console(highlight=False).print(table)


def _format_cell(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
