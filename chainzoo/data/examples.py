"""The typed rows that all readers give and all tasks take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal


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
class RelationExample:
    """Two marked arguments in a text and the relation between them.

    ``first`` and ``second`` are character ranges, in the order in which they are called ``e1`` and
    ``e2``. ``relation`` may have a direction, ``Cause-Effect(e2,e1)``; it is ``None`` when unknown.
    """

    text: str
    first: tuple[int, int]
    second: tuple[int, int]
    relation: str | None = None
    split: str | None = None
    line: int | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The relation, where it is known."""
        return () if self.relation is None else (self.relation,)


@dataclass(frozen=True, slots=True)
class QuestionExample:
    """A question on a context. ``answers`` are ``(text, start)`` of the acceptable answers.

    No answer at all, ``()``, says that the context does not answer the question; ``None`` says
    that nobody has told.
    """

    question: str
    context: str
    answers: tuple[tuple[str, int], ...] | None = None
    id: str = ""
    split: str | None = None
    line: int | None = None

    @property
    def text(self) -> str:
        """The context: questions on one context belong into one part of a split."""
        return self.context

    @property
    def labels(self) -> tuple[str, ...]:
        """Nothing: there are no classes."""
        return ()


@dataclass(frozen=True, slots=True)
class TextPair:
    """A text and what is to be made of it; several ``targets`` are all as good."""

    text: str
    targets: tuple[str, ...] = ()
    split: str | None = None
    line: int | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Nothing: there are no classes."""
        return ()


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody says in a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns in their order. One that is to be learnt from ends with the assistant's."""

    turns: tuple[Turn, ...]
    split: str | None = None
    line: int | None = None

    @property
    def text(self) -> str:
        """All of it, a turn a line."""
        return "\n".join(turn.text for turn in self.turns)

    @property
    def labels(self) -> tuple[str, ...]:
        """Nothing: there are no classes."""
        return ()


@dataclass(frozen=True, slots=True)
class RankedPair:
    """A query (or a person, in words) and an item, and how well they fit; ``None`` if unknown."""

    query: str
    item: str
    score: float | None = None
    split: str | None = None
    line: int | None = None

    @property
    def text(self) -> str:
        """The query: the items of one query belong into one part of a split."""
        return self.query

    @property
    def labels(self) -> tuple[str, ...]:
        """Nothing: there are no classes."""
        return ()


@dataclass(frozen=True)
class ImageExample:
    """A picture in a file, and its label."""

    path: Path
    labels: tuple[str, ...] = ()
    split: str | None = None
    line: int | None = None

    @cached_property
    def text(self) -> str:
        """A hash of the file: the same picture twice belongs into one part of a split."""
        import hashlib

        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def content(example: Any) -> tuple[str, ...]:
    """What tells a row from the others: its text, and its question, item or marked arguments."""
    names = ("text", "question", "item", "first", "second")
    return tuple(str(getattr(example, name, "")) for name in names)


@dataclass(frozen=True, slots=True)
class InferredOption:
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
    other than one label. With fewer than ``fewest_labels`` labels nothing can be learnt.
    """

    name: str
    task: str
    examples: Sequence[Any]
    labels: tuple[str, ...]
    guesses: tuple[InferredOption, ...] = ()
    warnings: tuple[str, ...] = ()
    sha256: str = ""
    multi_label: bool = False
    columns: dict[str, str] = field(default_factory=dict)
    fewest_labels: int = 2

    def __len__(self) -> int:
        return len(self.examples)
