"""Verbs on tuned models: predict, list, describe, promote, rollback, delete."""

from __future__ import annotations

import sys
from typing import Any

import click

from chainzoo.cli import display

as_json = click.option("--json", "json_", is_flag=True, help="Print JSON.")


def add_to(group: Any) -> None:
    """Add these verbs to the command line."""
    for command in (predict, list_, describe, promote, rollback, delete):
        group.add_command(command)


@click.command()
@click.argument("name")
@click.argument("texts", nargs=-1)
@click.option("--file", help="Predict on every row of this file instead.")
@click.option("--output", help="Where the predictions of --file go (.csv or .jsonl).")
@click.option("--text-column", help="Column with the text.")
@as_json
def predict(
    name: str,
    texts: tuple[str, ...],
    file: str | None,
    output: str | None,
    text_column: str | None,
    json_: bool,
) -> None:
    """Call a tuned model on texts, on a file, or on the lines of standard input (-).

    Example:  chainzoo predict tickets "my card was charged twice"
    """
    from chainzoo.zoo import Zoo

    if bool(texts) == bool(file) or bool(file) != bool(output):
        raise click.UsageError("Give texts, or both --file and --output.")
    zoo = Zoo()
    if file and output:
        rows = zoo.predict_file(name, file, output, text_column=text_column)
        if json_:
            display.as_json({"rows": rows, "output": output})
        else:
            display.text(f"{rows:,} rows are in {output}.")
        return
    asked = [line.rstrip("\n") for line in sys.stdin] if texts == ("-",) else list(texts)
    answers = zoo.predictor(name).predict(asked)
    if json_:
        values = [answer.as_dict() for answer in answers]
        display.as_json([{"text": t, **v} for t, v in zip(asked, values, strict=True)])
        return
    display.table("", ("text", "answer", "score"), _answers(asked, answers))


def _answers(texts: list[str], answers: list[Any]) -> list[tuple[str, str, str]]:
    rows = []
    for text, answer in zip(texts, answers, strict=True):
        if hasattr(answer, "entities"):
            found = [(f"{e.label}: {e.text} ({e.start}–{e.end})", e.score) for e in answer.entities]
            said = "\n".join(what for what, _ in found) or "no entity"
            rows.append((text, said, "\n".join(f"{score:.3f}" for _, score in found)))
        else:
            score = getattr(answer, "score", None)
            rows.append((text, answer.summary(), "" if score is None else f"{score:.3f}"))
    return rows


@click.command("list")
@as_json
def list_(json_: bool) -> None:
    """List the tuned models.

    Example:  chainzoo list
    """
    from chainzoo.zoo import Zoo

    models = Zoo().models()
    if json_:
        display.as_json([model.as_dict() for model in models])
        return
    if not models:
        display.text("No tuned model yet. Make one with: chainzoo tune FILE")
        return
    rows = [
        (
            m.ref,
            ", ".join(m.aliases),
            m.task,
            m.method,
            m.base,
            f"{m.metric} {m.score:.4f}",
            m.size_mb,
        )
        for m in models
    ]
    display.table(
        "Tuned models", ("model", "aliases", "task", "method", "base", "score", "MB"), rows
    )


@click.command()
@click.argument("name")
@as_json
def describe(name: str, json_: bool) -> None:
    """Show what a tuned model is, how good it is and what it was made from.

    Example:  chainzoo describe tickets@production
    """
    from chainzoo.evaluation import Report
    from chainzoo.zoo import Zoo

    model = Zoo().describe(name)
    if json_:
        display.as_json(model.as_dict())
        return
    lineage = model.lineage
    uses = Zoo().test_set_uses(model.ref)
    display.text(Report.from_dict(model.report).verdict, style="bold")
    display.facts(
        {
            "model": model.ref,
            "aliases": ", ".join(model.aliases) or "none",
            "task": model.task,
            "method": model.method,
            "base": f"{lineage.base} ({lineage.base_sha256[:12]}…)",
            "data": f"{lineage.data_name} ({lineage.data_sha256[:12]}…)",
            "made": f"{model.created_at:%Y-%m-%d %H:%M} UTC by run {lineage.run or 'none'}",
            "with": ", ".join(f"{name} {version}" for name, version in lineage.packages.items()),
            "recipe": ", ".join(f"{k} = {v}" for k, v in lineage.recipe.items() if v is not None),
            "holdout": f"{lineage.held_out_rows:,} rows were kept from it; {len(uses)} looks at such",
            "size": f"{model.size_mb} MB",
            "folder": model.folder,
        }
    )


@click.command()
@click.argument("name")
@click.option("--alias", default="production", show_default=True, help="The alias to move.")
@as_json
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
@as_json
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
@as_json
def delete(name: str, yes: bool, json_: bool) -> None:
    """Delete a version of a tuned model, for good.

    Example:  chainzoo delete tickets@1 --yes
    """
    from chainzoo.zoo import Zoo

    zoo = Zoo()
    model = zoo.describe(name)
    if not yes:
        click.confirm(f"Delete {model.ref} ({model.size_mb} MB) for good?", abort=True, err=True)
    zoo.delete(name)
    if json_:
        display.as_json(model.as_dict())
    else:
        display.text(f"{model.ref} is deleted.")
