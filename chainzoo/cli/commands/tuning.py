"""Verbs on fine-tunings: tune, runs, stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from chainzoo.cli import display
from chainzoo.cli.commands.data import guess_options, reading_options

if TYPE_CHECKING:
    from chainzoo.runs import Run
    from chainzoo.zoo import Zoo


def add_to(group: Any) -> None:
    """Add these verbs to the command line."""
    for command in (tune, embed, runs, stop):
        group.add_command(command)


@click.command()
@click.argument("file", required=False)
@click.option("--task", help="Guessed from the data when left out.")
@click.option("--model", help="Card of the base model.  [default: minilm-l6]")
@click.option(
    "--method", type=click.Choice(["full", "lora", "qlora", "head"]), help="[default: lora]"
)
@click.option("--epochs", type=float, help="Passes over the examples.  [default: 3]")
@click.option("--learning-rate", type=float, help="Peak learning rate.")
@click.option("--batch-size", type=int, help="Examples a step at most.")
@click.option("--name", help="Name of the tuned model; from the file when left out.")
@click.option("--seed", type=int, help="Seed of everything random.")
@guess_options
@click.option("--tracker", "trackers", multiple=True, type=click.Choice(["tensorboard", "wandb"]))
@click.option("--test", help="A file to judge by, instead of a share of FILE.")
@click.option("--recipe", help="A TOML file with any setting of a recipe.")
@click.option("--resume", metavar="RUN", help="Go on with a run that was killed or stopped.")
@click.option("--detach", is_flag=True, help="Do not wait; follow with `chainzoo runs --follow`.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def tune(
    file: str | None,
    test: str | None,
    recipe: str | None,
    resume: str | None,
    detach: bool,
    json_: bool,
    **settings: Any,
) -> None:
    """Fine-tune a model on a file. The terminal may be closed: the run goes on.

    Example:  chainzoo tune tickets.csv --method lora --epochs 3 --name tickets
    """
    from chainzoo.zoo import Zoo

    zoo = Zoo()
    settings["trackers"] = settings["trackers"] or None
    if resume:
        run = zoo.resume(resume)
    elif file is None:
        raise click.UsageError("Name a FILE to tune on, or a run with --resume.")
    else:
        run = zoo.tune(file, test=test, recipe=recipe, **settings)
    if detach:
        _started(run, json_)
        return
    _finish(zoo, run, json_)


@click.command()
@click.argument("file")
@click.option("--model", default="minilm-l6", show_default=True, help="Card of the encoder.")
@click.option("--name", help="Name of the tuned encoder; from the file when left out.")
@click.option("--epochs", default=1.0, show_default=True, help="Passes over the pairs.")
@click.option("--batch-size", default=32, show_default=True, help="Pairs a step.")
@click.option("--learning-rate", default=1e-4, show_default=True, help="Peak learning rate.")
@reading_options
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def embed(
    file: str,
    model: str,
    name: str | None,
    epochs: float,
    batch_size: int,
    learning_rate: float,
    json_: bool,
    **options: Any,
) -> None:
    """Tune embeddings on pairs that belong together, such as questions and answers.

    Example:  chainzoo embed faq.csv --name faq-vectors
    """
    from chainzoo.data import ReadOptions
    from chainzoo.evaluation import Report
    from chainzoo.zoo import Zoo

    record = Zoo().tune_embeddings(
        file,
        model=model,
        name=name,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        options=ReadOptions(**options),
    )
    if json_:
        display.as_json(record.as_dict())
        return
    report = Report.from_dict(record.report)
    display.text(f"{record.ref}: {report.verdict}", style="bold")
    show_report(report)


def _started(run: Run, json_: bool) -> None:
    if json_:
        display.as_json(run.record.as_dict())
    else:
        display.text(f"Run {run.id} has begun. Follow it with: chainzoo runs --follow {run.id}")


def _finish(zoo: Zoo, run: Run, json_: bool) -> None:
    """Follow a run to its end and show what it made."""
    from chainzoo.evaluation import Report

    try:
        display.follow(run, quiet=json_)
        record = run.wait()
    except KeyboardInterrupt:
        where = display.console(stderr=True)
        where.print(f"The run goes on. Follow: chainzoo runs --follow {run.id}")
        where.print(f"Stop: chainzoo stop {run.id}")
        raise
    if json_:
        display.as_json(record.as_dict())
        return
    report = Report.from_dict(record.report)
    display.text(f"{record.ref}: {report.verdict}", style="bold")
    show_report(report)
    display.text(f"The report and its pictures are in {record.folder}.")


def show_report(report: Any) -> None:
    """Scores beside the baselines', and the table by label."""
    from chainzoo.evaluation.report import display_name

    rows = []
    for name, value in report.scores.items():
        low, high = report.intervals[name]
        others = [scores[name] for scores in report.baselines.values()]
        rows.append((display_name(name), value, f"{low:.4f} to {high:.4f}", *others))
    display.table("", ("score", "model", "95 % interval", *report.baselines), rows)
    for table in report.tables:
        if len(table.rows) <= 24:
            display.table(table.title, table.header, table.rows)


@click.command()
@click.option("--follow", metavar="RUN", help="Show a run's progress until it ends.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def runs(follow: str | None, json_: bool) -> None:
    """List fine-tunings, or follow one.

    Example:  chainzoo runs --follow tickets-7f3a
    """
    from chainzoo.zoo import Zoo

    zoo = Zoo()
    if follow:
        _finish(zoo, zoo.run(follow), json_)
        return
    records = [run.record for run in zoo.runs()]
    if json_:
        display.as_json([record.as_dict() for record in records])
        return
    if not records:
        display.text("No run yet. Begin one with: chainzoo tune FILE")
        return
    rows = [
        (
            r.id,
            r.state,
            r.recipe.get("method", ""),
            r.model or "",
            f"{r.created_at:%Y-%m-%d %H:%M}",
            r.error or "",
        )
        for r in records
    ]
    display.table("Runs", ("run", "state", "method", "model", "begun (UTC)", "error"), rows)


@click.command()
@click.argument("run")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def stop(run: str, json_: bool) -> None:
    """Stop a fine-tuning at its next step; it can be resumed.

    Example:  chainzoo stop tickets-7f3a
    """
    from chainzoo.zoo import Zoo

    found = Zoo().run(run)
    found.stop()
    if json_:
        display.as_json(found.record.as_dict())
    else:
        display.text(f"Asked {run} to stop. Go on later with: chainzoo tune --resume {run}")
