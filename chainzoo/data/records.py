"""The records that readers yield: named values, with the line that each came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from chainzoo.data.losses import RowLosses
from chainzoo.data.options import InferredOption

AnnotationKind = Literal["labels", "spans", "relations"]


@dataclass(frozen=True, slots=True)
class Record:
    """One row, object or sentence; ``line`` is the line or row of its file, counted from 1."""

    line: int
    values: Mapping[str, Any]
    split: str | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one source. ``rows`` can be iterated once and holds one record at a time.

    ``columns`` is empty where the columns are only known while reading. ``losses`` grow while the
    rows are read. ``annotation`` is set for rows of an annotation tool, which have the columns that
    ``chainzoo.data.annotations`` prescribes for the kind; ``multi_label`` is known for these.
    """

    rows: Iterator[Record]
    columns: tuple[str, ...] = ()
    inferred: tuple[InferredOption, ...] = ()
    losses: RowLosses = field(default_factory=RowLosses)
    annotation: AnnotationKind | None = None
    multi_label: bool | None = None


def columns_of(records: Records, sample: Sequence[Record]) -> tuple[str, ...]:
    """Return the columns of ``records``, or those that occur in ``sample`` where it names none."""
    if records.columns:
        return records.columns
    return tuple(dict.fromkeys(name for record in sample for name in record.values))
