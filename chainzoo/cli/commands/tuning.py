"""Commands on fine-tunings: tune, embed, runs, stop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from chainzoo.cli import display
from chainzoo.cli.model_options import ModelCommand
from chainzoo.cli.options import RECIPE, RECIPE_WITHOUT_TASK, json_option
from chainzoo.cli.report import follow_to_model

if TYPE_CHECKING:
    from chainzoo.registry import RunRecord
    from chainzoo.runs import Run

SECTION = "Tuning"


@click.command(cls=ModelCommand, generated=(RECIPE,))
@click.argument("file", required=False)
@click.option("--test", help="A file to evaluate on, instead of a share of FILE.")
@click.option("--recipe", help="A TOML file with a recipe; options override it.")
@click.option("--resume", metavar="RUN", help="Resume a run that was killed or stopped.")
@click.option("--detach", is_flag=True, help="Do not wait; follow with `chainzoo runs --follow`.")
@json_option
def tune(
    file: str | None,
    test: str | None,
    recipe: str | None,
    resume: str | None,
    detach: bool,
    json_: bool,
    **settings: Any,
) -> None:
    """Fine-tune a model on a file. The run continues when the terminal is closed.

    Example:  chainzoo tune tickets.csv --method lora --epochs 3 --name tickets
    """
    from chainzoo.zoo import Zoo

    zoo = Zoo()
    if resume:
        run = zoo.resume(resume)
    elif file is None:
        raise click.UsageError("Name a FILE to tune on, or a run with --resume.")
    else:
        run = zoo.tune(file, test=test, recipe=recipe, **passed(settings))
    if not detach:
        _follow(run, json_)
    elif json_:
        display.as_json(run.record.as_dict())
    else:
        display.text(f"Run {run.id} has started. Follow it with: chainzoo runs --follow {run.id}")


def passed(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings that were passed on the command line."""
    return {name: value for name, value in settings.items() if value not in (None, ())}


def _follow(run: Run, json_: bool) -> None:
    """Follow a run to its end and print the model that it made."""
    try:
        record = follow_to_model(run, json_)
    except KeyboardInterrupt:
        console = display.console(stderr=True)
        console.print(f"The run continues. Follow: chainzoo runs --follow {run.id}")
        console.print(f"Stop: chainzoo stop {run.id}")
        raise
    if json_:
        display.as_json(record.as_dict())
    else:
        display.text(f"The report and its plots are in {record.folder}.")


@click.command(cls=ModelCommand, generated=(RECIPE_WITHOUT_TASK,))
@click.argument("file")
@click.option("--test", help="A file to evaluate on, instead of a share of FILE.")
@json_option
def embed(file: str, test: str | None, json_: bool, **settings: Any) -> None:
    """Tune embeddings on pairs of texts, such as questions and answers.

    The same as `chainzoo tune FILE --task sentence-similarity`.

    Example:  chainzoo embed faq.csv --name faq-vectors
    """
    from chainzoo.tasks.sentence_similarity import TASK
    from chainzoo.zoo import Zoo

    _follow(Zoo().tune(file, test=test, task=TASK.name, **passed(settings)), json_)


@click.command()
@click.option("--follow", metavar="RUN", help="Show a run's progress until it ends.")
@json_option
def runs(follow: str | None, json_: bool) -> None:
    """List fine-tunings, or follow one.

    Example:  chainzoo runs --follow tickets-7f3a
    """
    from chainzoo.zoo import Zoo

    zoo = Zoo()
    if follow:
        _follow(zoo.run(follow), json_)
        return
    records = [run.record for run in zoo.runs()]
    if json_:
        display.as_json([record.as_dict() for record in records])
    elif records:
        _show_runs(records)
    else:
        display.text("There is no run yet. Start one with: chainzoo tune FILE")


def _show_runs(records: Sequence[RunRecord]) -> None:
    rows = [
        (
            record.id,
            record.state,
            record.recipe.get("method", ""),
            record.model or "",
            f"{record.created_at:%Y-%m-%d %H:%M}",
            record.error or "",
        )
        for record in records
    ]
    display.table("Runs", ("run", "state", "method", "model", "started (UTC)", "error"), rows)


@click.command()
@click.argument("run")
@json_option
def stop(run: str, json_: bool) -> None:
    """Stop a fine-tuning at its next step; it can be resumed.

    Example:  chainzoo stop tickets-7f3a
    """
    from chainzoo.zoo import Zoo

    stopped = Zoo().run(run)
    stopped.stop()
    if json_:
        display.as_json(stopped.record.as_dict())
    else:
        display.text(f"{run} was asked to stop. Resume it with: chainzoo tune --resume {run}")


COMMANDS = (tune, embed, runs, stop)
