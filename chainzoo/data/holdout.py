"""Held-out rows: set aside for the final evaluation, and left out of everything before it.

All that trains, tunes, compares or sweeps reads its data with :func:`read_training_data`. A row is
recognised by its content (``data/row_keys.py``), so it stays held out under another file name, in
another order, format or split, and in a file that is given to evaluate on.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.read import read_table
from chainzoo.data.row_keys import row_keys
from chainzoo.data.splitting import stratified_split
from chainzoo.data.table import Table
from chainzoo.errors import DataError
from chainzoo.home import Home
from chainzoo.registry import HeldOutStore, Registry

SHARE = 0.1
SEED = 20
EVALUATE = "Evaluate on them with `chainzoo evaluate MODEL FILE --holdout`."


@dataclass(frozen=True, slots=True)
class HeldOutSet:
    """The number of rows that were held out, ``of`` all rows of the data."""

    data: str
    rows: int
    of: int

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return asdict(self)


def hold_out(
    home: Home, data: Any, share: float = SHARE, options: ReadOptions | None = None
) -> HeldOutSet:
    """Hold out ``share`` of the rows: labels in proportion, duplicates together, always the same.

    Raises:
        DataError: some of the rows are held out already, or the data cannot be read.
    """
    table = read_table(data, options)
    store = HeldOutStore(Registry(home))
    known = store.row_keys()
    if any(row_keys(example) & known for example in table.examples):
        raise DataError(
            "some of its rows are held out already.",
            file=table.name,
            remedy=f"A hold-out is permanent. {EVALUATE}",
        )
    chosen = stratified_split(table, share, SEED).dev
    store.add(
        data_name=table.name,
        data_sha256=table.sha256,
        task=table.task,
        row_keys={key for example in chosen for key in row_keys(example)},
    )
    return HeldOutSet(table.name, len(chosen), len(table))


def read_training_data(home: Home, data: Any, options: ReadOptions | None = None) -> Table:
    """Read data without its held-out rows; ``Table.held_out_rows`` is how many were left out.

    Raises:
        DataError: the data cannot be read, or all of its rows are held out.
    """
    table = read_table(data, options)
    known = HeldOutStore(Registry(home)).row_keys() if home.root.is_dir() else frozenset()
    kept = tuple(example for example in table.examples if not row_keys(example) & known)
    count = len(table) - len(kept)
    if not count:
        return table
    if not kept:
        raise DataError("all of its rows are held out.", file=table.name, remedy=EVALUATE)
    note = InferredOption(
        "held-out rows", f"{count:,} are left out", "`chainzoo holdout` set them aside"
    )
    labels = tuple(sorted({label for example in kept for label in example.labels}))
    return replace(
        table,
        examples=kept,
        labels=labels,
        inferred=(*table.inferred, note),
        held_out_rows=count,
    )


def read_held_out(home: Home, data: Any, options: ReadOptions | None = None) -> Table:
    """Read the held-out rows of data, and no others.

    Raises:
        DataError: none of its rows is held out.
    """
    table = read_table(data, options)
    known = HeldOutStore(Registry(home)).row_keys()
    kept = tuple(example for example in table.examples if row_keys(example) & known)
    if not kept:
        raise DataError(
            "none of its rows is held out.",
            file=table.name,
            remedy="Run `chainzoo holdout FILE` first.",
        )
    return replace(table, examples=kept)
