"""Verbs on the catalog: models, fetch."""

from __future__ import annotations

from typing import Any

import click

from chainzoo.cli import display


def add_to(group: Any) -> None:
    """Add these verbs to the command line."""
    group.add_command(models)
    group.add_command(fetch)


@click.group(invoke_without_command=True)
@click.option("--task", help="Only models for this task, such as token-classification.")
@click.option("--language", help="ISO 639-1 code, such as en or zh.")
@click.option("--license", "license_", help="Such as apache-2.0 or mit.")
@click.option("--max-size-mb", type=float, help="Largest size of the weights.")
@click.option("--query", help="TextDelta, ranked by meaning.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@click.pass_context
def models(context: click.Context, /, license_: str | None, json_: bool, **facts: Any) -> None:
    """Find pretrained models by facts and by words.

    Example:  chainzoo models --task token-classification --language en --max-size-mb 100
    """
    if context.invoked_subcommand:
        return
    from chainzoo.zoo import Zoo

    cards = Zoo().find(license=license_, **facts)
    if json_:
        display.as_json([card.model_dump(mode="json") for card in cards])
        return
    if not cards:
        display.text(
            "No model meets all of this. Leave out a filter; facts not stated do not pass."
        )
        return
    rows = []
    for card in cards:
        known = card.facts()
        tasks = ", ".join(card.tasks[:2]) + (", …" if len(card.tasks) > 2 else "")
        rows.append((card.id, tasks, known["languages"], known["license"], known["size"]))
    display.table(f"{len(cards)} models", ("card", "tasks", "languages", "license", "size"), rows)


@models.command("show")
@click.argument("card")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def show_card(card: str, json_: bool) -> None:
    """Show all facts about one model.

    Example:  chainzoo models show minilm-l6
    """
    from chainzoo.zoo import Zoo

    found = Zoo().card(card)
    if json_:
        display.as_json(found.model_dump(mode="json"))
        return
    display.text(found.description)
    display.facts(found.facts())


@click.command()
@click.argument("card")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def fetch(card: str, json_: bool) -> None:
    """Download the weights of a model, verified.

    Example:  chainzoo fetch minilm-l6
    """
    from rich.progress import Progress

    from chainzoo.zoo import Zoo

    with Progress(console=display.console(stderr=True), disable=json_, transient=True) as bar:
        lines: dict[str, Any] = {}

        def progress(file: str, done: int, total: int | None) -> None:
            if file not in lines:
                lines[file] = bar.add_task(file, total=total)
            bar.update(lines[file], completed=done, total=total)

        folder = Zoo().fetch(card, progress)
    if json_:
        display.as_json({"card": card, "folder": str(folder)})
    else:
        display.text(f"{card} is in {folder}, verified.")
