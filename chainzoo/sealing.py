"""Rows that are set aside for the last judgement: no tuning, search or comparison gets them.

A seal knows its rows by their content. So they are kept out of whatever file they come in, in
whatever order; and whoever looks at them is written down.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from chainzoo.data import ReadOptions, Table
from chainzoo.data.duplicates import normalised
from chainzoo.data.examples import Guess, content
from chainzoo.data.read import read
from chainzoo.data.split import split
from chainzoo.errors import DataError
from chainzoo.evaluation import Report
from chainzoo.home import Home
from chainzoo.registry import Registry
from chainzoo.registry.database import reading, writing
from chainzoo.registry.records import SealedLook
from chainzoo.registry.schema import Look, Seal

SHARE = 0.1
SEED = 20


@dataclass(frozen=True, slots=True)
class Sealed:
    """A seal: how many of the data's rows it keeps."""

    data: str
    rows: int
    of: int

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {"data": self.data, "rows": self.rows, "of": self.of}


def key_of(example: Any) -> str:
    """What a row is known by: its text (and its question), however it is spaced and written."""
    *words, first, second = content(example)
    text = "\0".join([*map(normalised, words), first, second])
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def seal(home: Home, data: Any, share: float = SHARE, options: ReadOptions | None = None) -> Sealed:
    """Set ``share`` of the rows aside, the labels in proportion, rows that are alike together.

    Raises:
        DataError: some of the rows are sealed already, or the data cannot be read.
    """
    table = read(data, options)
    registry = Registry(home)
    known = _keys(registry)
    if any(key_of(example) in known for example in table.examples):
        raise DataError(
            "some of its rows are sealed already.",
            file=table.name,
            remedy="A seal is for good: judge by it with `chainzoo evaluate MODEL FILE --sealed`.",
        )
    chosen = split(table, share, SEED).dev
    keys = sorted({key_of(example) for example in chosen})
    row = Seal(data_name=table.name, data_sha256=table.sha256, task=table.task, keys={"keys": keys})
    with writing(registry.engine) as session:
        session.add(row)
    return Sealed(table.name, len(chosen), len(table))


def read_unsealed(home: Home, data: Any, options: ReadOptions | None = None) -> Table:
    """The data without its sealed rows; a guess of the table says how many were kept out.

    Raises:
        DataError: the data cannot be read, or all of it is sealed.
    """
    table = read(data, options)
    known = _keys(Registry(home)) if home.root.is_dir() else frozenset()
    kept = tuple(example for example in table.examples if key_of(example) not in known)
    missing = len(table) - len(kept)
    if not missing:
        return table
    if not kept:
        raise DataError(
            "all of its rows are sealed.",
            file=table.name,
            remedy="Judge by them with `chainzoo evaluate MODEL FILE --sealed`.",
        )
    told = Guess("sealed rows", f"{missing:,} are kept out", "`chainzoo seal` set them aside", "")
    return replace(table, examples=kept, guesses=(*table.guesses, told))


def read_sealed(home: Home, data: Any, options: ReadOptions | None = None) -> Table:
    """The sealed rows of the data, and no others.

    Raises:
        DataError: there is none.
    """
    table = read(data, options)
    known = _keys(Registry(home))
    kept = tuple(example for example in table.examples if key_of(example) in known)
    if not kept:
        raise DataError(
            "none of its rows is sealed.", file=table.name, remedy="Run `chainzoo seal FILE` first."
        )
    return replace(table, examples=kept)


def sealed_count(table: Table) -> int:
    """How many rows ``read_unsealed`` kept out of a table."""
    told = next((g.value for g in table.guesses if g.what == "sealed rows"), "0")
    return int(told.split()[0].replace(",", ""))


def look(home: Home, model: str, data: str, report: Report) -> list[SealedLook]:
    """Write down that ``model`` was judged on sealed rows; gives all looks at this data so far."""
    registry = Registry(home)
    row = Look(
        data_name=data, model=model, metric=report.metric, score=report.score, rows=report.rows
    )
    with writing(registry.engine) as session:
        session.add(row)
    return looks(registry, data=data)


def looks(
    registry: Registry, *, data: str | None = None, model: str | None = None
) -> list[SealedLook]:
    """The looks at some data, or of a model, the oldest first."""
    query = select(Look).order_by(Look.id)
    if data is not None:
        query = query.where(Look.data_name == data)
    if model is not None:
        query = query.where(Look.model == model)
    with reading(registry.engine) as session:
        return [
            SealedLook(row.data_name, row.model, row.metric, row.score, row.rows, row.created)
            for row in session.scalars(query)
        ]


def in_words(seen: Iterable[SealedLook]) -> str:
    """What a report says of the looks so far."""
    told = [f"{each.model} {each.score:.3f} ({each.time:%Y-%m-%d})" for each in seen]
    return (
        f"These rows were sealed. This is look {len(told)} at them: {', '.join(told)}."
        " The more often they decide, the less independent they are."
    )


def _keys(registry: Registry) -> frozenset[str]:
    with reading(registry.engine) as session:
        rows = session.scalars(select(Seal.keys)).all()
    return frozenset(key for row in rows for key in row["keys"])
