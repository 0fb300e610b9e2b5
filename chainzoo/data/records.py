"""The records that readers yield: named values, with the line that each came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chainzoo.data.options import InferredOption


@dataclass(frozen=True, slots=True)
class Record:
    """One row, object or sentence; ``line`` is the line or row of its file, counted from 1."""

    line: int
    values: Mapping[str, Any]
    split: str | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one source. ``rows`` can be iterated once and holds one record at a time.

    ``columns`` is empty where the columns are only known while reading.
    """

    rows: Iterator[Record]
    columns: tuple[str, ...] = ()
    inferred: tuple[InferredOption, ...] = ()


def columns_of(records: Records, sample: Sequence[Record]) -> tuple[str, ...]:
    """Return the columns of ``records``, or those that occur in ``sample`` where it names none."""
    if records.columns:
        return records.columns
    return tuple(dict.fromkeys(name for record in sample for name in record.values))
