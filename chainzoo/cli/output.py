"""How things look in the terminal: tables, facts, JSON, and a run's progress."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from chainzoo.runs import Run


def console(*, stderr: bool = False) -> Console:
    """The terminal."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


def as_json(value: Any) -> None:
    """Print a value as JSON, and nothing else, to standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table; numbers are aligned to the right."""
    from rich.markup import escape
    from rich.table import Table

    body = [list(row) for row in rows]
    shown = Table(title=title or None, title_justify="left", header_style="bold")
    for at, name in enumerate(header):
        numeric = bool(body) and all(isinstance(row[at], int | float) for row in body)
        shown.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in body:
        shown.add_row(*(escape(_cell(value)) for value in row))
    console().print(shown)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def facts(values: Mapping[str, Any]) -> None:
    """Print names and values in two columns."""
    from rich.markup import escape
    from rich.table import Table

    shown = Table.grid(padding=(0, 2))
    for name, value in values.items():
        shown.add_row(f"[bold]{name}[/]", escape(str(value)))
    console().print(shown)


def say(text: str, *, style: str = "") -> None:
    """Print a sentence."""
    from rich.markup import escape

    console().print(escape(text), style=style or None)


def follow(run: Run, *, quietly: bool = False) -> None:
    """Show a run's progress until it ends. Interrupting stops the showing, not the run."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} steps"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console(stderr=True), disable=quietly) as bar:
        line = bar.add_task(run.id, total=1, note="preparing")
        for event in run.events():
            values = event.values
            if event.kind == "step":
                note = f"loss {values['loss']:.4f}"
                bar.update(line, total=values["steps"], completed=values["step"], note=note)
            elif event.kind == "evaluated":
                first = next((k for k in values if k not in ("step", "epoch")), "")
                bar.print(
                    f"  epoch {values['epoch']:g}: {first.replace('_', ' ')} {values[first]:.4f}"
                )
            elif event.kind == "finished":
                bar.update(line, note="done")
