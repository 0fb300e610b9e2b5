"""Print to the terminal: tables, facts, texts, JSON, and the progress of a run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from chainzoo.runs import Run


def console(*, stderr: bool = False) -> Console:
    """The console of standard output, or of standard error."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


def as_json(value: Any) -> None:
    """Print a value as JSON, and nothing else, to standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def text(sentence: str, *, style: str = "") -> None:
    """Print a sentence; markup in it is not interpreted."""
    from rich.markup import escape

    console().print(escape(sentence), style=style or None)


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table; columns of numbers are aligned to the right."""
    from rich.markup import escape
    from rich.table import Table

    body = [list(row) for row in rows]
    rendered = Table(title=title or None, title_justify="left", header_style="bold")
    for column, name in enumerate(header):
        numeric = bool(body) and all(isinstance(row[column], int | float) for row in body)
        rendered.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in body:
        rendered.add_row(*(escape(_cell(value)) for value in row))
    console().print(rendered)


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

    grid = Table.grid(padding=(0, 2))
    for name, value in values.items():
        grid.add_row(f"[bold]{name}[/]", escape(str(value)))
    console().print(grid)


def follow(run: Run, *, quiet: bool = False) -> None:
    """Show a run's progress until it ends. An interrupt stops the display, not the run."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} steps"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console(stderr=True), disable=quiet) as bar:
        task = bar.add_task(run.id, total=1, note="preparing")
        for event in run.events():
            values = event.values
            if event.kind == "step":
                note = f"loss {values['loss']:.4f}"
                bar.update(task, total=values["steps"], completed=values["step"], note=note)
            elif event.kind == "warning":
                bar.print(f"  {values['message']}", style="yellow", markup=False)
            elif event.kind == "evaluated":
                metric = next((name for name in values if name not in ("step", "epoch")), "")
                score = f"{metric.replace('_', ' ')} {values[metric]:.4f}" if metric else ""
                bar.print(f"  epoch {values['epoch']:g}: {score}")
            elif event.kind == "finished":
                bar.update(task, note="done")
