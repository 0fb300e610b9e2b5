"""Commands on tuned models: predict, list, describe, promote, rollback, delete."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from chainzoo.cli import display
from chainzoo.cli.options import json_option

if TYPE_CHECKING:
    from chainzoo.registry import ModelRecord

SECTION = "Tuned models"


@click.command()
@click.argument("name")
@click.argument("texts", nargs=-1)
@click.option("--file", help="Predict on every row of this file instead.")
@click.option("--output", help="Where the predictions of --file go (.csv or .jsonl).")
@click.option("--text-column", help="Column with the text.")
@json_option
def predict(
    name: str,
    texts: tuple[str, ...],
    file: str | None,
    output: str | None,
    text_column: str | None,
    json_: bool,
) -> None:
    """Predict on texts, a file or standard input (-).

    Example:  chainzoo predict tickets "my card was charged twice"
    """
    from chainzoo.zoo import Zoo

    if bool(texts) == bool(file) or bool(file) != bool(output):
        raise click.UsageError("Give texts, or both --file and --output.")
    zoo = Zoo()
    if file and output:
        read: list[str] = []
        rows = zoo.predict_file(name, file, output, read.append, text_column=text_column)
        if json_:
            display.as_json({"rows": rows, "output": output, "read": " ".join(read)})
        else:
            display.text(f"{rows:,} rows are in {output}. {' '.join(read)}")
        return
    inputs = [line.rstrip("\n") for line in sys.stdin] if texts == ("-",) else list(texts)
    predictions = zoo.predictor(name).predict(inputs)
    if json_:
        values = [prediction.as_dict() for prediction in predictions]
        display.as_json([{"text": t, **v} for t, v in zip(inputs, values, strict=True)])
        return
    rows_shown = [_row(text, p) for text, p in zip(inputs, predictions, strict=True)]
    display.table("", ("text", "prediction", "score"), rows_shown)


def _row(text: str, prediction: Any) -> tuple[str, str, str]:
    """A row of the table; the entities of a text are a line each."""
    if hasattr(prediction, "entities"):
        entities = prediction.entities
        lines = [f"{e.label}: {e.text} ({e.start}–{e.end})" for e in entities]
        scores = "\n".join(f"{e.score:.3f}" for e in entities)
        return text, "\n".join(lines) or "no entity", scores
    score = getattr(prediction, "score", None)
    return text, prediction.summary(), "" if score is None else f"{score:.3f}"


@click.command("list")
@json_option
def list_(json_: bool) -> None:
    """List the tuned models.

    Example:  chainzoo list
    """
    from chainzoo.zoo import Zoo

    models = Zoo().models()
    if json_:
        display.as_json([model.as_dict() for model in models])
    elif models:
        _show_models(models)
    else:
        display.text("There is no tuned model yet. Make one with: chainzoo tune FILE")


def _show_models(models: Sequence[ModelRecord]) -> None:
    header = ("model", "aliases", "task", "method", "base", "score", "MB")
    rows = [
        (
            model.ref,
            ", ".join(model.aliases),
            model.task,
            model.method,
            model.base,
            f"{model.metric} {model.score:.4f}",
            model.size_mb,
        )
        for model in models
    ]
    display.table("Tuned models", header, rows)


@click.command()
@click.argument("name")
@json_option
def describe(name: str, json_: bool) -> None:
    """Describe a tuned model: quality, data, base and recipe.

    Example:  chainzoo describe tickets@production
    """
    from chainzoo.evaluation import Report
    from chainzoo.zoo import Zoo

    zoo = Zoo()
    model = zoo.describe(name)
    if json_:
        display.as_json(model.as_dict())
        return
    display.text(Report.from_dict(model.report).verdict, style="bold")
    display.facts(_facts(model, len(zoo.test_set_uses(model.ref))))


def _facts(model: ModelRecord, test_set_uses: int) -> dict[str, Any]:
    lineage = model.lineage
    recipe = {name: value for name, value in lineage.recipe.items() if value is not None}
    return {
        "model": model.ref,
        "aliases": ", ".join(model.aliases) or "none",
        "task": model.task,
        "method": model.method,
        "base": f"{lineage.base} ({lineage.base_sha256[:12]}…)",
        "data": f"{lineage.data_name} ({lineage.data_sha256[:12]}…)",
        "created": f"{model.created_at:%Y-%m-%d %H:%M} UTC by run {lineage.run or 'none'}",
        "packages": ", ".join(f"{name} {value}" for name, value in lineage.packages.items()),
        "recipe": ", ".join(f"{name} = {value}" for name, value in recipe.items()),
        "holdout": (
            f"{lineage.held_out_rows:,} rows were held out; evaluated on held-out rows"
            f" {test_set_uses} times"
        ),
        "size": f"{model.size_mb} MB",
        "folder": model.folder,
    }


@click.command()
@click.argument("name")
@click.option("--alias", default="production", show_default=True, help="The alias to move.")
@json_option
def promote(name: str, alias: str, json_: bool) -> None:
    """Point an alias to a version.

    Example:  chainzoo promote tickets@2 --alias production
    """
    from chainzoo.zoo import Zoo

    model = Zoo().promote(name, alias)
    if json_:
        display.as_json(model.as_dict())
    else:
        display.text(f"{model.name}@{alias} is now {model.ref}.")


@click.command()
@click.argument("name")
@click.option("--alias", default="production", show_default=True, help="The alias to move back.")
@json_option
def rollback(name: str, alias: str, json_: bool) -> None:
    """Point an alias back to the version it pointed to before.

    Example:  chainzoo rollback tickets
    """
    from chainzoo.zoo import Zoo

    model = Zoo().roll_back(name, alias)
    if json_:
        display.as_json(model.as_dict())
    else:
        display.text(f"{model.name}@{alias} is {model.ref} again.")


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def delete(name: str, yes: bool, json_: bool) -> None:
    """Delete a version of a tuned model; this cannot be undone.

    Example:  chainzoo delete tickets@1 --yes
    """
    from chainzoo.zoo import Zoo

    zoo = Zoo()
    model = zoo.describe(name)
    if not yes:
        click.confirm(f"Delete {model.ref} ({model.size_mb} MB)?", abort=True, err=True)
    zoo.delete(name)
    if json_:
        display.as_json(model.as_dict())
    else:
        display.text(f"{model.ref} is deleted.")


COMMANDS = (predict, list_, describe, promote, rollback, delete)
