"""What every reader gives: records with named values, and where each of them stood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chainzoo.data.examples import InferredOption


@dataclass(frozen=True, slots=True)
class Record:
    """One row, object or sentence; ``line`` is the line (or row) of its file, from 1."""

    line: int
    values: Mapping[str, Any]
    split: str | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """A file being read. ``rows`` can be walked once and holds one record at a time.

    ``columns`` is empty where they only show while reading.
    """

    rows: Iterator[Record]
    columns: tuple[str, ...] = ()
    guesses: tuple[InferredOption, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One text to predict on, with the other values of its row as text."""

    line: int
    text: str
    values: dict[str, str]
