"""The typed rows that all readers give and all tasks take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled stretch of a text: characters ``start`` up to but not including ``end``."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class TextExample:
    """A text and its labels: one for binary and multi-class, any number for multi-label.

    ``split`` is the part of the data set that the file itself names (``train``, ``val``, …);
    ``line`` is the line or row, from 1, that it was read from.
    """

    text: str
    labels: tuple[str, ...] = ()
    split: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class TokenExample:
    """A text cut into tokens, with the entities in it.

    ``tokens`` are character offsets ``(start, end)`` in ``text``, in order and not overlapping;
    ``spans`` begin and end at token borders, in order and not overlapping.
    """

    text: str
    tokens: tuple[tuple[int, int], ...]
    spans: tuple[Span, ...] = ()
    split: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Guess:
    """Something that was not told and had to be inferred, and the option that overrules it."""

    what: str
    value: str
    because: str
    option: str


@dataclass(frozen=True, slots=True)
class Table:
    """Examples of one task, read from one place.

    ``labels`` are all labels in sorted order (entity types, not tags, for token classification).
    ``sha256`` is of the content that was read. ``multi_label`` says whether an example may have
    other than one label.
    """

    name: str
    task: str
    examples: Sequence[Any]
    labels: tuple[str, ...]
    guesses: tuple[Guess, ...] = ()
    warnings: tuple[str, ...] = ()
    sha256: str = ""
    multi_label: bool = False
    columns: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.examples)
