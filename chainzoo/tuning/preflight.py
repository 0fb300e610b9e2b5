"""Check a fine-tuning before it starts, so that its user and not its log hears of a mistake."""

from __future__ import annotations

from chainzoo.catalog import Catalog
from chainzoo.data.holdout import read_training_data
from chainzoo.data.table import check_trainable
from chainzoo.home import Home
from chainzoo.tasks import get_task
from chainzoo.tuning.base_checkpoint import check_card_kind
from chainzoo.tuning.recipe import Recipe


def preflight(home: Home, recipe: Recipe, data: str, test: str | None = None) -> Recipe:
    """Check card, data and test file, and return the recipe for the task of the data.

    Raises:
        UnknownCardError: the catalog has no such card.
        DataError: ``data`` or ``test`` cannot be read, or cannot be trained on.
        RecipeError: the card is of a kind that cannot be the base for the task.
    """
    catalog = Catalog.load(home)
    if recipe.model:
        catalog.get(recipe.model)
    table = read_training_data(home, data, recipe.read_options)
    check_trainable(table)
    recipe = recipe.for_task(table.task)
    check_card_kind(catalog.get(recipe.model or ""), get_task(table.task))
    if test is not None:
        read_training_data(home, test, recipe.read_options)
    return recipe
