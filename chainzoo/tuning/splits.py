"""Which rows a fine-tuning trains on, and which rows it is evaluated on."""

from __future__ import annotations

from chainzoo.data import Table
from chainzoo.data.holdout import read_training_data
from chainzoo.data.splitting import Split, predefined_split, stratified_split
from chainzoo.home import Home
from chainzoo.tuning.recipe import Recipe


def split_data(home: Home, table: Table, recipe: Recipe, test: str | None = None) -> Split:
    """Return the rows to train on and the rows to evaluate on.

    The evaluation rows are, in this order: those of the file ``test``; the parts that ``table``
    itself names (``train`` and ``dev``, ``val`` or ``test``); a random share of
    ``recipe.validation_split`` of the rows, drawn with ``recipe.seed``.

    Raises:
        DataError: ``test`` cannot be read.
    """
    if test:
        options = recipe.read_options.model_copy(update={"task": table.task})
        test_table = read_training_data(home, test, options)
        return Split(tuple(table.examples), tuple(test_table.examples))
    return predefined_split(table) or stratified_split(table, recipe.validation_split, recipe.seed)
