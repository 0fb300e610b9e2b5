"""The verbs ``chainzoo recommend …``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

as_json = click.option("--json", "json_", is_flag=True, help="Print JSON.")


@click.group()
def recommend() -> None:
    """Recommend items from their texts and people's behaviour.

    Example:  chainzoo recommend build --items movies.csv --events ratings.csv --name films
    """


@recommend.command()
@click.option("--items", required=True, help="Items: id, title; description, tags, genres.")
@click.option("--events", required=True, help="Events: user, item, time; rating, event.")
@click.option("--name", required=True, help="What to call the recommender.")
@click.option("--column", "columns", multiple=True, help="What a column is: user=visitor.")
@click.option("--embedding", default="minilm-l6", show_default=True, help="Encoder of the texts.")
@click.option("--ranker/--no-ranker", default=True, help="Tune a text-ranking model for it.")
@as_json
def build(
    items: str,
    events: str,
    name: str,
    columns: tuple[str, ...],
    embedding: str,
    ranker: bool,
    json_: bool,
) -> None:
    """Learn from items and events.

    Example:  chainzoo recommend build --items movies.csv --events ratings.csv --name films
    """
    from chains.recommender.config import RecommenderConfig
    from chains.recommender.recommender import build_recommender

    made = build_recommender(
        items,
        events,
        name=name,
        config=RecommenderConfig(embedding=embedding, ranker=ranker),
        columns=_pairs(columns),
        say=lambda sentence: click.echo(sentence, err=True),
    )
    if json_:
        _print(made.state.facts)
    else:
        click.echo(f"{name} is ready. Ask it: chainzoo recommend for {name} --user ID --k 10")


@recommend.command("for")
@click.argument("name")
@click.option("--user", help="Id of a user with events.")
@click.option("--taste", help="A sentence on what is liked; for new users, or beside --user.")
@click.option("--k", default=10, show_default=True, help="Number of items.")
@click.option("--at", help="As of this date; else right after the user's last event.")
@click.option("--fresh", default=0, show_default=True, help="Places for items nobody touched yet.")
@click.option("--diversity", type=float, help="0: only the best; 1: as unlike as can be.")
@as_json
def for_(name: str, json_: bool, **asked: Any) -> None:
    """Items for somebody, with reasons; never one they have seen.

    Example:  chainzoo recommend for films --user 42 --k 10
    """
    from chains.recommender.recommender import open_recommender

    _show(open_recommender(name).invoke(asked), json_)


@recommend.command()
@click.argument("name")
@click.argument("item")
@click.option("--k", default=10, show_default=True, help="Number of items.")
@as_json
def similar(name: str, item: str, k: int, json_: bool) -> None:
    """Items like one, given by its id or the beginning of its title.

    Example:  chainzoo recommend similar films "Toy Story"
    """
    from chains.recommender.recommender import open_recommender

    _show(open_recommender(name).similar(item, k), json_)


@recommend.command()
@click.argument("name")
@click.option("--items", required=True, help="File with the new items.")
@as_json
def add(name: str, items: str, json_: bool) -> None:
    """Take in new items by their texts alone, without learning anew.

    Example:  chainzoo recommend add films --items new.csv
    """
    from chains.recommender.recommender import open_recommender

    count = open_recommender(name).add(items)
    if json_:
        _print({"added": count})
    else:
        click.echo(f"New items in {name}: {count:,}.")


@recommend.command("list")
@as_json
def list_(json_: bool) -> None:
    """List the recommenders.

    Example:  chainzoo recommend list
    """
    from chains.recommender import store
    from chains.recommender.recommender import place
    from chainzoo import Zoo

    names = store.names(place(Zoo()))
    if json_:
        _print(names)
    else:
        click.echo("\n".join(names) or "No recommender yet. Make one: chainzoo recommend build")


@recommend.command()
@click.argument("name")
@click.option("--at", help="Cut at this date for all; else before each user's last events.")
@click.option("--ranker", is_flag=True, help="Tune a ranking model for the trial as well: minutes.")
@as_json
def test(name: str, at: str | None, ranker: bool, json_: bool) -> None:
    """Judge it on what came later, beside popularity, item-kNN and factorisation.

    Example:  chainzoo recommend test films
    """
    from chains.recommender.asking import as_request
    from chains.recommender.people import after, last_of_each
    from chains.recommender.recommender import open_recommender
    from chains.recommender.trial import trial

    made = open_recommender(name)
    state = made.state
    config = state.config.model_copy(update={"ranker": ranker})
    if at is None:
        cut = last_of_each(state.events, config.holdout)
    else:
        cut = after(state.events, as_request({"at": at}).moment() or 0)
    texts = state.skill.known.texts
    rows, facts = trial(made.zoo, state.items, cut, texts, config, f"{name}-trial")
    if json_:
        _print({"people": len(cut.cases), "rows": [row.as_dict() for row in rows], **facts})
        return
    click.echo(
        f"{len(cut.cases):,} people, judged on what they liked after {len(cut.past):,} events"
    )
    _table(
        ("way", "nDCG@10", "95 % interval", "recall@50", "coverage"),
        [
            (
                row.way,
                f"{row.ndcg_at_10:.4f}",
                f"{row.interval[0]:.3f} to {row.interval[1]:.3f}",
                f"{row.recall_at_50:.4f}",
                f"{row.coverage:.1%}",
            )
            for row in rows
        ],
    )


def _pairs(told: Sequence[str]) -> dict[str, str]:
    for one in told:
        if "=" not in one:
            raise click.UsageError(f"--column {one}: write it as user=visitor.")
    return dict(one.split("=", 1) for one in told)


def _show(found: Sequence[Any], json_: bool) -> None:
    if json_:
        _print([one.as_dict() for one in found])
        return
    rows = [(str(n), one.item, one.title, one.reason) for n, one in enumerate(found, 1)]
    _table(("", "item", "title", "why"), rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    shown = Table(header_style="bold")
    for name in header:
        shown.add_column(name, overflow="fold")
    for row in rows:
        shown.add_row(*(escape(cell) for cell in row))
    Console(highlight=False).print(shown)


def _print(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
