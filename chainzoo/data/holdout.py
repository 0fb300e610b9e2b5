"""Rows that are set aside for the last judgement: no tuning, search or comparison gets them.

A seal knows its rows by their content. So they are kept out of whatever file they come in, in
whatever order; and whoever looks at them is written down.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from chainzoo.data import ReadOptions, Table
from chainzoo.data.duplicates import normalised
from chainzoo.data.examples import InferredOption, content
from chainzoo.data.read import read
from chainzoo.data.splitting import split
from chainzoo.errors import DataError
from chainzoo.home import Home
from chainzoo.registry import HeldOutStore, Registry, TestSetUse

SHARE = 0.1
SEED = 20


@dataclass(frozen=True, slots=True)
class HeldOutSet:
    """A seal: how many of the data's rows it keeps."""

    data: str
    rows: int
    of: int

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {"data": self.data, "rows": self.rows, "of": self.of}


def row_key(example: Any) -> str:
    """What a row is known by: its text (and its question), however it is spaced and written."""
    *words, first, second = content(example)
    text = "\0".join([*map(normalised, words), first, second])
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def hold_out(
    home: Home, data: Any, share: float = SHARE, options: ReadOptions | None = None
) -> HeldOutSet:
    """Set ``share`` of the rows aside, the labels in proportion, rows that are alike together.

    Raises:
        DataError: some of the rows are sealed already, or the data cannot be read.
    """
    table = read(data, options)
    registry = Registry(home)
    known = _keys(registry)
    if any(row_key(example) in known for example in table.examples):
        raise DataError(
            "some of its rows are sealed already.",
            file=table.name,
            remedy="A seal is for good: judge by it with `chainzoo evaluate MODEL FILE --holdout`.",
        )
    chosen = split(table, share, SEED).dev
    keys = {row_key(example) for example in chosen}
    HeldOutStore(registry).add(
        data_name=table.name, data_sha256=table.sha256, task=table.task, row_keys=keys
    )
    return HeldOutSet(table.name, len(chosen), len(table))


def read_training_data(home: Home, data: Any, options: ReadOptions | None = None) -> Table:
    """The data without its sealed rows; a guess of the table says how many were kept out.

    Raises:
        DataError: the data cannot be read, or all of it is sealed.
    """
    table = read(data, options)
    known = _keys(Registry(home)) if home.root.is_dir() else frozenset()
    kept = tuple(example for example in table.examples if row_key(example) not in known)
    missing = len(table) - len(kept)
    if not missing:
        return table
    if not kept:
        raise DataError(
            "all of its rows are sealed.",
            file=table.name,
            remedy="Judge by them with `chainzoo evaluate MODEL FILE --holdout`.",
        )
    told = InferredOption(
        "sealed rows", f"{missing:,} are kept out", "`chainzoo holdout` set them aside", ""
    )
    return replace(table, examples=kept, guesses=(*table.guesses, told))


def read_held_out(home: Home, data: Any, options: ReadOptions | None = None) -> Table:
    """The sealed rows of the data, and no others.

    Raises:
        DataError: there is none.
    """
    table = read(data, options)
    known = _keys(Registry(home))
    kept = tuple(example for example in table.examples if row_key(example) in known)
    if not kept:
        raise DataError(
            "none of its rows is sealed.",
            file=table.name,
            remedy="Run `chainzoo holdout FILE` first.",
        )
    return replace(table, examples=kept)


def held_out_count(table: Table) -> int:
    """How many rows ``read_training_data`` kept out of a table."""
    told = next((g.value for g in table.guesses if g.what == "sealed rows"), "0")
    return int(told.split()[0].replace(",", ""))


def record_use(
    home: Home, *, model: str, data: str, metric: str, score: float, rows: int
) -> list[TestSetUse]:
    """Record that ``model`` was evaluated on held-out rows; gives all uses of this data so far."""
    store = HeldOutStore(Registry(home))
    store.record_use(model=model, data=data, metric=metric, score=score, rows=rows)
    return store.uses(data=data)


def list_test_set_uses(
    registry: Registry, *, data: str | None = None, model: str | None = None
) -> list[TestSetUse]:
    """The looks at some data, or of a model, the oldest first."""
    return HeldOutStore(registry).uses(data=data, model=model)


def summarize_uses(seen: Iterable[TestSetUse]) -> str:
    """What a report says of the looks so far."""
    told = [f"{each.model} {each.score:.3f} ({each.time:%Y-%m-%d})" for each in seen]
    return (
        f"These rows were sealed. This is look {len(told)} at them: {', '.join(told)}."
        " The more often they decide, the less independent they are."
    )


def _keys(registry: Registry) -> frozenset[str]:
    return HeldOutStore(registry).row_keys()
