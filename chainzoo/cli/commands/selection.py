"""Commands that select a model or a strategy: compare, advise."""

from __future__ import annotations

from typing import Any

import click

from chainzoo.cli import display
from chainzoo.cli.model_options import ModelCommand
from chainzoo.cli.options import READ_OPTIONS, json_option

SECTION = "Models and data"
COMPARISON_HEADER = (
    "",
    "model",
    "score (95 %)",
    "train s",
    "ms/text",
    "MB (file)",
    "licence",
    "Pareto",
)


@click.command(cls=ModelCommand, generated=(READ_OPTIONS,))
@click.argument("file")
@click.option("--model", "models", multiple=True, help="A card to compare; repeatable.")
@click.option(
    "--max-seconds",
    default=600.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="Start no further trial after so long.",
)
@json_option
def compare(
    file: str, models: tuple[str, ...], max_seconds: float, json_: bool, **options: Any
) -> None:
    """Compare models and methods on a file, and choose one.

    Example:  chainzoo compare tickets.csv --model minilm-l6 --model bert-base-uncased
    """
    from chainzoo.zoo import Zoo

    result = Zoo().compare(file, models=models or None, max_seconds=max_seconds, **options)
    rows = [_compared(candidate, result.chosen) for candidate in result.candidates]
    _show(result, COMPARISON_HEADER, rows, json_)


def _compared(candidate: Any, chosen: str) -> tuple[Any, ...]:
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


@click.command(cls=ModelCommand, generated=(READ_OPTIONS,))
@click.argument("file")
@click.option("--model", help="Card to tune; by default the best fetched one.")
@json_option
def advise(file: str, model: str | None, json_: bool, **options: Any) -> None:
    """Advise whether to tune: try strategies while they pay.

    Example:  chainzoo advise tickets.csv
    """
    from chainzoo.zoo import Zoo

    result = Zoo().advise(file, model=model, **options)
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
    _show(result, ("", "strategy", "score", "95 % interval", "s to train"), rows, json_)


def _show(result: Any, header: tuple[str, ...], rows: list[tuple[Any, ...]], json_: bool) -> None:
    """Print a comparison or an advice: the verdict, the candidates, and what was skipped."""
    if json_:
        display.as_json(result.as_dict())
        return
    display.text(result.verdict, style="bold")
    title = (
        f"{result.metric} on {result.rows:,} held-out rows of {result.data}; {result.seconds:g} s"
    )
    display.table(title, header, rows)
    for name, reason in result.skipped.items():
        display.text(f"{name} was skipped: {reason}.", style="yellow")


COMMANDS = (compare, advise)
