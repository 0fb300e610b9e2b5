"""Build and open recommenders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chains.recommender.config import RecommenderConfig
from chains.recommender.errors import RecommenderError
from chains.recommender.interactions import load_interactions
from chains.recommender.item_vectors import embed_items
from chains.recommender.items import load_items
from chains.recommender.recommender import Recommender
from chains.recommender.store import (
    RecommenderState,
    load_state,
    recommenders_folder,
    save_state,
)
from chains.recommender.training import Progress, Trainer
from chains.terminal import ignore_progress
from chainzoo import Zoo


def build_recommender(
    items: Any,
    events: Any,
    *,
    name: str,
    config: RecommenderConfig | None = None,
    zoo: Zoo | None = None,
    columns: Mapping[str, str] | None = None,
    progress: Progress = ignore_progress,
) -> Recommender:
    """Train a recommender on items and events (files or data frames), and store it as ``name``.

    ``columns`` maps fields to names of columns that are not found by their usual names.

    Raises:
        RecommenderError: the name is not valid, or a table cannot be read.
        MissingExtraError: a library is not installed.
    """
    zoo, config = zoo or Zoo(), config or RecommenderConfig()
    if not name.replace("-", "").replace("_", "").isalnum():
        raise RecommenderError(
            f"{name!r} is not a valid name.", remedy="Use letters, digits, - and _."
        )
    loaded_items = load_items(items, columns)
    loaded = load_interactions(events, loaded_items, columns, config.min_liked_rating)
    progress(
        f"{len(loaded_items):,} items, {len(loaded.interactions):,} events of"
        f" {len(loaded.users):,} users."
    )
    for note in loaded.notes:
        progress(note)
    progress(f"Embedding the texts with {config.embedding}.")
    texts = embed_items(loaded_items, zoo.embeddings(config.embedding))
    trainer = Trainer(zoo, name, loaded_items, texts, config, progress)
    model = trainer.train(loaded.interactions)
    facts = {"users": len(loaded.users), **trainer.facts, "notes": loaded.notes}
    state = RecommenderState(
        name, config, tuple(loaded_items), loaded.users, loaded.interactions, model, facts
    )
    save_state(recommenders_folder(zoo), state)
    return Recommender(state, zoo)


def open_recommender(name: str, zoo: Zoo | None = None) -> Recommender:
    """Load a stored recommender.

    Raises:
        RecommenderError: there is none of that name, or its files are damaged.
    """
    zoo = zoo or Zoo()
    return Recommender(load_state(recommenders_folder(zoo), name), zoo)
