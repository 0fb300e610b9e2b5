"""Commands on the catalog: models, fetch."""

from __future__ import annotations

from typing import Any

import click

from chainzoo.cli import display
from chainzoo.cli.options import json_option

SECTION = "Models and data"


@click.group(invoke_without_command=True)
@click.option("--task", help="Only models for this task, such as token-classification.")
@click.option("--language", help="ISO 639-1 code, such as en or zh.")
@click.option("--license", "license_", help="Such as apache-2.0 or mit.")
@click.option("--max-size-mb", type=click.FloatRange(0), help="Largest size of the weights.")
@click.option("--query", help="Words, ranked by meaning.")
@click.option("--limit", type=click.IntRange(min=1), help="Maximum number of models.")
@json_option
@click.pass_context
def models(context: click.Context, /, license_: str | None, json_: bool, **filters: Any) -> None:
    """Find pretrained models by facts and by words.

    Example:  chainzoo models --task token-classification --language en --max-size-mb 100
    """
    if context.invoked_subcommand:
        return
    from chainzoo.zoo import Zoo

    cards = Zoo().find(license=license_, **filters)
    if json_:
        display.as_json([card.model_dump(mode="json") for card in cards])
        return
    if not cards:
        display.text("No model passes every filter. A model without a stated fact does not pass.")
        return
    rows = []
    for card in cards:
        facts = card.facts()
        tasks = ", ".join(card.tasks[:2]) + (", …" if len(card.tasks) > 2 else "")
        rows.append((card.id, tasks, facts["languages"], facts["license"], facts["size"]))
    display.table(f"{len(cards)} models", ("card", "tasks", "languages", "license", "size"), rows)


@models.command("show")
@click.argument("card")
@json_option
def show_card(card: str, json_: bool) -> None:
    """Show all facts about one model.

    Example:  chainzoo models show minilm-l6
    """
    from chainzoo.zoo import Zoo

    model_card = Zoo().card(card)
    if json_:
        display.as_json(model_card.model_dump(mode="json"))
        return
    display.text(model_card.description)
    display.facts(model_card.facts())


@click.command()
@click.argument("card")
@json_option
def fetch(card: str, json_: bool) -> None:
    """Download the weights of a model and verify them.

    Example:  chainzoo fetch minilm-l6
    """
    from rich.progress import Progress

    from chainzoo.zoo import Zoo

    with Progress(console=display.console(stderr=True), disable=json_, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def on_progress(file: str, done: int, total: int | None) -> None:
            if file not in tasks:
                tasks[file] = bar.add_task(file, total=total)
            bar.update(tasks[file], completed=done, total=total)

        folder = Zoo().fetch(card, on_progress)
    if json_:
        display.as_json({"card": card, "folder": str(folder)})
    else:
        display.text(f"{card} is in {folder}, verified.")


COMMANDS = (models, fetch)
