"""Resolve the arguments of ``tune_model`` to everything that is known before training."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chainzoo.catalog import Catalog, ModelCard, weights_sha256
from chainzoo.data import Table
from chainzoo.data.holdout import read_training_data
from chainzoo.data.splitting import Split
from chainzoo.data.table import check_trainable
from chainzoo.errors import FetchError
from chainzoo.hashing import text_sha256
from chainzoo.home import Home
from chainzoo.registry.names import check_name, name_from
from chainzoo.tasks import LabelSpace, get_task
from chainzoo.tuning import Recipe
from chainzoo.tuning.base_checkpoint import BaseCheckpoint, check_card_kind
from chainzoo.tuning.splits import split_data


@dataclass(frozen=True, slots=True)
class ResolvedTuning:
    """A fine-tuning before it starts; ``base`` is ``None`` while the weights are not downloaded."""

    recipe: Recipe
    source: str
    table: Table
    split: Split
    labels: LabelSpace
    card: ModelCard
    base: BaseCheckpoint | None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the data's content and the settings."""
        values = {
            "data": self.source,
            "content": self.table.sha256,
            "recipe": self.recipe.model_dump(mode="json"),
            "base": self.base.sha256 if self.base else None,
        }
        return text_sha256(json.dumps(values, sort_keys=True))


def recipe_from_arguments(arguments: Mapping[str, Any]) -> Recipe:
    """The recipe of a call of ``tune_model``.

    Raises:
        RecipeError: an argument is out of range.
    """
    return Recipe.of(**{name: value for name, value in arguments.items() if name != "data"})


def resolve_tuning(home: Home, data: str, settings: Mapping[str, Any]) -> ResolvedTuning:
    """Read the data and decide every setting that can be decided without training.

    Raises:
        DataError, RecipeError, CatalogError: the fine-tuning cannot be carried out.
    """
    recipe = recipe_from_arguments(settings)
    if recipe.model:
        Catalog.load(home).get(recipe.model)  # Raises before the data is read.
    name = check_name(recipe.name or name_from(data))
    table = read_training_data(home, data, recipe.read_options)
    check_trainable(table)
    split = split_data(home, table, recipe)
    task = get_task(table.task)
    labels = task.label_space(split.train, table.multi_label)
    task.validate(split.dev, labels)
    recipe = recipe.for_task(table.task).with_values(name=name)
    card = Catalog.load(home).get(recipe.model or "")
    check_card_kind(card, task)
    base = _downloaded_base(home, card)
    if base is not None:
        from chainzoo.tuning.defaults import resolve_recipe

        recipe = resolve_recipe(recipe, base, len(split.train))
    return ResolvedTuning(recipe, data, table, split, labels, card, base)


def _downloaded_base(home: Home, card: ModelCard) -> BaseCheckpoint | None:
    """The base checkpoint if its weights are in the home; nothing is downloaded."""
    folder = home.weights / card.id
    try:
        return BaseCheckpoint(folder, card.id, weights_sha256(folder), card.pooling)
    except FetchError:
        return None
