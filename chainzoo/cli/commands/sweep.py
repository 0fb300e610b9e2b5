"""The command that searches hyperparameters: sweep."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from chainzoo.cli import display
from chainzoo.cli.commands.tuning import passed
from chainzoo.cli.model_options import ModelCommand
from chainzoo.cli.options import FIXED_RECIPE, json_option
from chainzoo.cli.report import follow_to_model

if TYPE_CHECKING:
    from chainzoo.hpo import SweepResult
    from chainzoo.hpo.trial import OnTrialEvent
    from chainzoo.tuning.events import TuningEvent

SECTION = "Tuning"


@click.command(cls=ModelCommand, generated=(FIXED_RECIPE,))
@click.argument("file")
@click.option(
    "--trials",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Total number of trials; a repeated sweep runs those that are missing.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Start no further trial after so long.",
)
@click.option("--space", help="A TOML file: each field with low and high, or choices.")
@click.option("--output", help="Write the best recipe to this TOML file.  [default: print it]")
@click.option("--tune", "tune_", is_flag=True, help="Tune a model with the best recipe at the end.")
@click.option("--test", help="A file to evaluate on at the end; no trial uses it.")
@click.option("--recipe", help="A TOML file with settings that are the same in all trials.")
@json_option
def sweep(
    file: str,
    trials: int,
    output: str | None,
    tune_: bool,
    test: str | None,
    json_: bool,
    **settings: Any,
) -> None:
    """Search the settings that tune best on a file. An interrupted sweep resumes when repeated.

    Example:  chainzoo sweep tickets.csv --trials 20 --output best.toml --tune
    """
    from chainzoo.zoo import Zoo

    zoo = Zoo()
    try:
        with _progress(trials, quiet=json_) as on_event:
            result = zoo.sweep(
                file, trials=trials, test=test, on_event=on_event, **passed(settings)
            )
    except KeyboardInterrupt:
        console = display.console(stderr=True)
        console.print("Completed trials are kept. Repeat the command to resume.")
        raise
    if output:
        result.write_recipe(output)
    if not json_:
        _show(result, output)
    model = None
    if tune_:
        model = follow_to_model(zoo.tune(file, test=test, recipe=result.recipe), json_)
    if json_:
        tuned = {"model": model.as_dict()} if model else {}
        display.as_json({**result.as_dict(), "output": output, **tuned})


@contextmanager
def _progress(trials: int, *, quiet: bool) -> Iterator[OnTrialEvent]:
    """A progress bar of the trials, and a line for each that has ended."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # It would appear for the weights of every trial.
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} trials"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=display.console(stderr=True), disable=quiet) as bar:
        task = bar.add_task("sweep", total=trials, note="preparing")

        def on_event(number: int, event: TuningEvent) -> None:
            values = event.values
            if event.kind == "step":
                note = f"trial {number}, step {values['step']} of {values['steps']}"
                bar.update(task, note=note)
            elif event.kind in ("finished", "failed"):
                bar.print(f"  trial {number}: {_outcome(values)}")
                bar.update(task, completed=values["counted"])

        yield on_event


def _outcome(trial: dict[str, Any]) -> str:
    """How a trial ended."""
    if trial["error"]:
        return f"failed. {trial['error']}"
    score = f"{trial['score']:.4f}" if trial["score"] is not None else "no score"
    return f"{score}, {trial['state']} after {trial['seconds']:g} s"


def _show(result: SweepResult, output: str | None) -> None:
    metric = result.metric.replace("_", " ")
    rows = [
        (
            str(trial.number),
            trial.state + (" (default settings)" if trial.defaults else ""),
            "" if trial.score is None else f"{trial.score:.4f}",
            "" if trial.seconds is None else f"{trial.seconds:.1f}",
            ", ".join(f"{name} {_shorten(value)}" for name, value in trial.params.items()),
        )
        for trial in result.trials
    ]
    header = ("trial", "state", metric, "seconds", "settings")
    display.table(f"Sweep {result.study}", header, rows)
    if result.importance:
        shares = list(result.importance.items())
        display.table("Importance for the score (fANOVA)", ("setting", "share"), shares)
    display.text(result.verdict, style="bold")
    if output:
        display.text(f"The best recipe is in {output}.")
    else:
        print(result.recipe.to_toml(), end="")
    display.text(f"The plots are in {result.folder}.")


def _shorten(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


COMMANDS = (sweep,)
