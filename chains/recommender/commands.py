"""``chainzoo recommend``: build recommenders, ask them, and backtest them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from chains.terminal import json_option, print_json, print_progress, print_table


@click.group()
def recommend() -> None:
    """Recommend items from their texts and from user interactions.

    Example:  chainzoo recommend build --items movies.csv --events ratings.csv --name films
    """


@recommend.command()
@click.option(
    "--items", required=True, help="Table of items: id, title; description, tags, genres."
)
@click.option("--events", required=True, help="Table of events: user, item, time; rating, event.")
@click.option("--name", required=True, help="Name of the recommender.")
@click.option("--column", "columns", multiple=True, help="Column of a field: user=visitor.")
@click.option("--embedding", default="minilm-l6", show_default=True, help="Encoder of the texts.")
@click.option("--reranker/--no-reranker", default=True, show_default=True,
              help="Tune a text-ranking model that re-ranks candidates.")  # fmt: skip
@json_option
def build(
    items: str,
    events: str,
    name: str,
    columns: tuple[str, ...],
    embedding: str,
    reranker: bool,
    json_: bool,
) -> None:
    """Train a recommender on items and events.

    Example:  chainzoo recommend build --items movies.csv --events ratings.csv --name films
    """
    from chains.recommender.build import build_recommender
    from chains.recommender.config import RecommenderConfig

    recommender = build_recommender(
        items,
        events,
        name=name,
        config=RecommenderConfig(embedding=embedding, reranker=reranker),
        columns=_parse_columns(columns),
        progress=print_progress,
    )
    if json_:
        print_json(recommender.state.facts)
    else:
        click.echo(f"Built {name}. Ask it: chainzoo recommend for {name} --user ID --k 10")


@recommend.command("for")
@click.argument("name")
@click.option("--user", help="Id of a user with events.")
@click.option("--taste", help="A sentence about what is liked, alone or together with --user.")
@click.option("--k", default=10, show_default=True, help="Number of items.")
@click.option("--at", help="As of this date; default right after the user's last event.")
@click.option("--new-items", default=0, show_default=True,
              help="Places reserved for items without events.")  # fmt: skip
@click.option("--diversity", type=float, help="0: by score alone; 1: as dissimilar as possible.")
@json_option
def for_(name: str, json_: bool, **request: Any) -> None:
    """Recommend unseen items to a user, with reasons.

    Example:  chainzoo recommend for films --user 42 --k 10
    """
    from chains.recommender.build import open_recommender

    _print_recommendations(open_recommender(name).invoke(request), json_)


@recommend.command()
@click.argument("name")
@click.argument("item")
@click.option("--k", default=10, show_default=True, help="Number of items.")
@json_option
def similar(name: str, item: str, k: int, json_: bool) -> None:
    """List items similar to one, given by its id or the beginning of its title.

    Example:  chainzoo recommend similar films "Toy Story"
    """
    from chains.recommender.build import open_recommender

    _print_recommendations(open_recommender(name).similar(item, k), json_)


@recommend.command()
@click.argument("name")
@click.option("--items", required=True, help="Table of new items.")
@json_option
def add(name: str, items: str, json_: bool) -> None:
    """Add new items by their texts alone, without training.

    Example:  chainzoo recommend add films --items new.csv
    """
    from chains.recommender.build import open_recommender

    count = open_recommender(name).add(items)
    if json_:
        print_json({"added": count})
    else:
        click.echo(f"New items in {name}: {count:,}.")


@recommend.command("list")
@json_option
def list_(json_: bool) -> None:
    """List the recommenders.

    Example:  chainzoo recommend list
    """
    from chains.recommender.store import list_names, recommenders_folder
    from chainzoo import Zoo

    names = list_names(recommenders_folder(Zoo()))
    if json_:
        print_json(names)
    else:
        click.echo("\n".join(names) or "No recommender yet. Build one: chainzoo recommend build")


@recommend.command()
@click.argument("name")
@click.option("--at", help="Split at this date for all users; default before their last events.")
@click.option("--reranker", is_flag=True, help="Tune a reranker for the backtest: takes minutes.")
@json_option
def test(name: str, at: str | None, reranker: bool, json_: bool) -> None:
    """Backtest on later events, next to popularity, item-kNN and matrix factorization.

    Example:  chainzoo recommend test films
    """
    from chains.recommender.backtest import backtest
    from chains.recommender.build import open_recommender
    from chains.recommender.schemas import parse_request
    from chains.recommender.time_splits import leave_last_out, split_at
    from chains.recommender.training import Trainer

    recommender = open_recommender(name)
    state = recommender.state
    config = state.config.model_copy(update={"reranker": reranker})
    if at is None:
        split = leave_last_out(state.interactions, config.holdout)
    else:
        split = split_at(state.interactions, parse_request({"at": at}).timestamp() or 0)
    texts = state.model.retrieval.texts
    trainer = Trainer(recommender.zoo, f"{name}-backtest", state.items, texts, config)
    scores = backtest(trainer, split)
    if json_:
        methods = [method.as_dict() for method in scores]
        print_json({"users": len(split.cases), "methods": methods, **trainer.facts})
        return
    click.echo(
        f"{len(split.cases):,} users, evaluated on what they liked after {len(split.past):,} events"
    )
    header = ("method", "nDCG@10", "95 % interval", "recall@50", "coverage")
    rows = [
        (
            method.method,
            f"{method.ndcg_at_10:.4f}",
            f"{method.interval[0]:.3f} to {method.interval[1]:.3f}",
            f"{method.recall_at_50:.4f}",
            f"{method.coverage:.1%}",
        )
        for method in scores
    ]
    print_table(header, rows, boxed=True)


def _parse_columns(pairs: Sequence[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise click.UsageError(f"--column {pair}: write it as user=visitor.")
    return dict(pair.split("=", 1) for pair in pairs)


def _print_recommendations(recommendations: Sequence[Any], json_: bool) -> None:
    if json_:
        print_json([recommendation.as_dict() for recommendation in recommendations])
        return
    rows = [(str(n), r.item, r.title, r.reason) for n, r in enumerate(recommendations, 1)]
    print_table(("", "item", "title", "reason"), rows, boxed=True)
