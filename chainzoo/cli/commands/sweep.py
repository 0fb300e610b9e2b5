"""The verb search: trials over a recipe's ranges."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from chainzoo.cli import display
from chainzoo.cli.commands.data import guess_options
from chainzoo.cli.commands.tuning import show_report

if TYPE_CHECKING:
    from chainzoo.hpo import SweepResult
    from chainzoo.hpo.trial import OnTrialEvent
    from chainzoo.registry import ModelRecord
    from chainzoo.tuning.events import TuningEvent
    from chainzoo.zoo import Zoo


def add_to(group: Any) -> None:
    """Add this verb to the command line."""
    group.add_command(sweep)


@click.command()
@click.argument("file")
@click.option(
    "--trials",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="In all: called again, the search does what is missing.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Begin no further trial after so long.",
)
@click.option("--space", help="A TOML file: each field with low and high, or choices.")
@click.option("--output", help="Write the best recipe to this TOML file.  [default: print it]")
@click.option("--tune", "tune_", is_flag=True, help="Tune a model with the best recipe at the end.")
@click.option("--task", help="Guessed from the data when left out.")
@click.option("--model", help="Card of the base model.  [default: minilm-l6]")
@click.option(
    "--method", type=click.Choice(["full", "lora", "qlora", "head"]), help="[default: lora]"
)
@click.option("--epochs", type=float, help="Fix the passes over the examples.")
@click.option("--learning-rate", type=float, help="Fix the peak learning rate.")
@click.option("--batch-size", type=int, help="Fix the examples a step at most.")
@click.option("--name", help="Name of the search and of the model; from the file when left out.")
@click.option("--seed", type=int, help="Seed of everything random.")
@guess_options
@click.option("--test", help="A file to judge the model by; the search does not look at it.")
@click.option("--recipe", help="A TOML file with settings that are the same in all trials.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def sweep(
    file: str,
    trials: int,
    output: str | None,
    tune_: bool,
    test: str | None,
    json_: bool,
    **settings: Any,
) -> None:
    """Search the settings that tune best on a file. Interrupted, it goes on when called again.

    Example:  chainzoo sweep tickets.csv --trials 20 --output best.toml --tune
    """
    from chainzoo.zoo import Zoo

    zoo = Zoo()
    try:
        with _progress(trials, quiet=json_) as on_event:
            found = zoo.sweep(file, trials=trials, test=test, on_event=on_event, **settings)
    except KeyboardInterrupt:
        where = display.console(stderr=True)
        where.print("The trials that came to their end are kept. Go on with the same command.")
        raise
    if output:
        found.write_recipe(output)
    if not json_:
        _show(found, output)
    model = _tune(zoo, file, test, found, json_) if tune_ else None
    if json_:
        made = {"model": model.as_dict()} if model else {}
        display.as_json({**found.as_dict(), "output": output, **made})


@contextmanager
def _progress(trials: int, *, quiet: bool) -> Iterator[OnTrialEvent]:
    """A bar of the trials, and a line for each that has ended."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # Of loading weights, at every trial.
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} trials"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=display.console(stderr=True), disable=quiet) as bar:
        line = bar.add_task("search", total=trials, note="preparing")

        def on_event(number: int, event: TuningEvent) -> None:
            values = event.values
            if event.kind == "step":
                note = f"trial {number}, step {values['step']} of {values['steps']}"
                bar.update(line, note=note)
            elif event.kind in ("finished", "failed"):
                bar.print(f"  trial {number}: {_told(values)}")
                bar.update(line, completed=values["counted"])

        yield on_event


def _told(trial: dict[str, Any]) -> str:
    """A trial's end in a few words."""
    if trial["error"]:
        return f"failed. {trial['error']}"
    words = f"{trial['score']:.4f}" if trial["score"] is not None else "no score"
    return f"{words}, {trial['state']} after {trial['seconds']:g} s"


def _show(found: SweepResult, output: str | None) -> None:
    metric = found.metric.replace("_", " ")
    rows = [
        (
            str(trial.number),
            trial.state + (" (usual settings)" if trial.defaults else ""),
            "" if trial.score is None else f"{trial.score:.4f}",
            "" if trial.seconds is None else f"{trial.seconds:.1f}",
            ", ".join(f"{name} {_short(value)}" for name, value in trial.params.items()),
        )
        for trial in found.trials
    ]
    display.table(f"Search {found.study}", ("trial", "state", metric, "seconds", "settings"), rows)
    if found.importance:
        shares = list(found.importance.items())
        display.table("What moved the score (fANOVA)", ("setting", "share"), shares)
    display.text(found.verdict, style="bold")
    if output:
        display.text(f"The best recipe is in {output}.")
    else:
        print(found.recipe.to_toml(), end="")
    display.text(f"The pictures are in {found.folder}.")


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _tune(zoo: Zoo, file: str, test: str | None, found: SweepResult, json_: bool) -> ModelRecord:
    """Tune with the best recipe, and show what came of it."""
    from chainzoo.evaluation import Report

    run = zoo.tune(file, test=test, recipe=found.recipe)
    display.follow(run, quiet=json_)
    record = run.wait()
    if not json_:
        report = Report.from_dict(record.report)
        display.text(f"{record.ref}: {report.verdict}", style="bold")
        show_report(report)
    return record
