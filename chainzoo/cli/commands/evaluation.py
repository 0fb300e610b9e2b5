"""Commands that evaluate: evaluate, compare, advise, holdout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chainzoo.cli import display
from chainzoo.cli.commands.data import reading_options

if TYPE_CHECKING:
    from chainzoo.evaluation import PairedComparison

as_json = click.option("--json", "json_", is_flag=True, help="Print JSON.")


def add_to(group: Any) -> None:
    """Add these verbs to the command line."""
    for command in (evaluate, compare, advise, holdout):
        group.add_command(command)


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME [OTHER] FILE")
@click.option("--holdout", is_flag=True, help="Judge by the sealed rows of FILE; it is logged.")
@reading_options
@click.option("--output", help="A folder for the report: JSON, Markdown, HTML and pictures.")
@as_json
def evaluate(
    names: tuple[str, ...], holdout: bool, output: str | None, json_: bool, **options: Any
) -> None:
    """Judge a tuned model on a file that it was not tuned on, or two on the same rows.

    Example:  chainzoo evaluate tickets new-tickets.csv
    """
    from chainzoo.cli.commands.tuning import show_report
    from chainzoo.evaluation import save_report
    from chainzoo.zoo import Zoo

    if len(names) not in (2, 3):
        raise click.UsageError("Give a model and a FILE, or two models and a FILE.")
    if len(names) == 3:
        if holdout:
            raise click.UsageError("--holdout is for one model: each look is logged by itself.")
        _show_comparison(Zoo().evaluate_paired(*names, **options), output, json_)
        return
    name, file = names
    report = Zoo().evaluate(name, file, holdout=holdout, **options)
    if output:
        save_report(report, Path(output))
    if json_:
        display.as_json(report.as_dict())
        return
    display.text(report.verdict, style="bold")
    show_report(report)
    if report.errors.rows:
        display.table(report.errors.title, report.errors.header, report.errors.rows)
    for note in report.notes:
        display.text(note, style="yellow")


def _show_comparison(comparison: PairedComparison, output: str | None, json_: bool) -> None:
    from chainzoo.evaluation import save_comparison

    if output:
        save_comparison(comparison, Path(output))
    if json_:
        display.as_json(comparison.as_dict())
        return
    display.text(comparison.verdict, style="bold")
    for table in comparison.tables():
        display.table(table.title, table.header, table.rows[:12])


@click.command()
@click.argument("file")
@click.option("--model", "models", multiple=True, help="A card to compare; again for another.")
@click.option(
    "--max-seconds", default=600.0, show_default=True, help="Start no further trial after so long."
)
@reading_options
@as_json
def compare(
    file: str, models: tuple[str, ...], max_seconds: float, json_: bool, **options: Any
) -> None:
    """Compare models and methods on the rows of a file, and choose one.

    Example:  chainzoo compare tickets.csv --model minilm-l6 --model bert-base-uncased
    """
    from chainzoo.zoo import Zoo

    result = Zoo().compare(file, models=models or None, max_seconds=max_seconds, **options)
    if json_:
        display.as_json(result.as_dict())
        return
    display.text(result.verdict, style="bold")
    title = (
        f"{result.metric} on {result.rows:,} held-out rows of {result.data}; {result.seconds:g} s"
    )
    display.table(title, CANDIDATE, [_row(c, result.chosen) for c in result.candidates])
    for name, why in result.skipped.items():
        display.text(f"{name} was skipped: {why}.", style="yellow")


CANDIDATE = ("", "model", "score (95 %)", "train s", "ms/text", "MB (file)", "licence", "Pareto")


def _row(candidate: Any, chosen: str) -> tuple[Any, ...]:
    size = "" if candidate.size_mb is None else f" ({candidate.size_mb:,.0f})"
    return (
        "→" if candidate.name == chosen else "",
        candidate.name,
        f"{candidate.score:.3f} ({candidate.low:.3f}–{candidate.high:.3f})",
        f"{candidate.seconds:.1f}",
        f"{candidate.ms_per_text:.1f}",
        f"{candidate.memory_mb:,.0f}{size}",
        candidate.license or "",
        "✓" if candidate.pareto_optimal else "",
    )


@click.command()
@click.argument("file")
@click.option("--model", help="Card to tune; by default the best fetched one.")
@reading_options
@as_json
def advise(file: str, model: str | None, json_: bool, **options: Any) -> None:
    """Advise whether to tune: try strategies from the cheapest up while they pay.

    Example:  chainzoo advise tickets.csv
    """
    from chainzoo.zoo import Zoo

    result = Zoo().advise(file, model=model, **options)
    if json_:
        display.as_json(result.as_dict())
        return
    display.text(result.verdict, style="bold")
    title = (
        f"{result.metric} on {result.rows:,} held-out rows of {result.data}; {result.seconds:g} s"
    )
    rows = [
        (
            "→" if candidate.name == result.chosen else "",
            candidate.name,
            candidate.score,
            f"{candidate.low:.3f} to {candidate.high:.3f}",
            f"{candidate.seconds:.1f}",
        )
        for candidate in result.candidates
    ]
    display.table(title, ("", "strategy", "score", "95 % interval", "s to train"), rows)
    for name, why in result.skipped.items():
        display.text(f"{name} was skipped: {why}.", style="yellow")


@click.command()
@click.argument("file")
@click.option("--share", default=0.1, show_default=True, type=click.FloatRange(0.01, 0.9))
@reading_options
@as_json
def holdout(file: str, share: float, json_: bool, **options: Any) -> None:
    """Set rows of a file aside for the last judgement: nothing is tuned or chosen on them.

    Example:  chainzoo holdout tickets.csv --share 0.1
    """
    from chainzoo.zoo import Zoo

    found = Zoo().hold_out(file, share, **options)
    if json_:
        display.as_json(found.as_dict())
        return
    display.text(
        f"{found.rows:,} of the {found.of:,} rows of {found.data} are sealed. Judge by them, once:"
        f" chainzoo evaluate MODEL {file} --holdout"
    )
