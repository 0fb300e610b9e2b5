"""The typed examples that converters build and tasks take.

An example has ``text``, ``labels``, ``split`` and ``line``. These members are optional, and
``data/example_views.py`` has their defaults:

- ``identity``: the parts that tell the example from all others
- ``target``: what is learned from the example, in comparable form
- ``preview``: the text and the target as a person wants to see them
- ``label_noun``: what the labels are called in the plural; ``""`` for examples without classes
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

from chainzoo.hashing import file_sha256

PAIR_SEPARATOR = " [SEP] "
"""Between the texts of a pair; a task encodes it as the tokenizer's own separator."""


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled range of a text: the characters from ``start`` up to, not including, ``end``."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class TextExample:
    """A text and its labels: one for binary and multi-class, any number for multi-label.

    ``split`` is the split of the data set that the file names (``train``, ``val``, …);
    ``line`` is the line or row, counted from 1, that the example was read from.
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

    label_noun: ClassVar[str] = "entity types"

    text: str
    tokens: tuple[tuple[int, int], ...]
    spans: tuple[Span, ...] = ()
    split: str | None = None
    line: int | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The types of the entities, in order."""
        return tuple(span.label for span in self.spans)

    @property
    def target(self) -> tuple[Any, ...]:
        """The entities."""
        return self.spans

    @property
    def preview(self) -> tuple[str, list[str]]:
        """The text, and each entity with its type."""
        entities = [f"{self.text[s.start : s.end]} [{s.label}]" for s in self.spans]
        return self.text, entities


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
        """The relation, if it is known."""
        return () if self.relation is None else (self.relation,)

    @property
    def identity(self) -> tuple[str, ...]:
        """The text and where its arguments are."""
        return self.text, str(self.first), str(self.second)


@dataclass(frozen=True, slots=True)
class QuestionExample:
    """A question about a context. ``answers`` are ``(text, start)`` of the acceptable answers.

    An empty ``answers`` says that the context does not answer the question; ``None`` says that
    the answer is unknown.
    """

    label_noun: ClassVar[str] = ""

    question: str
    context: str
    answers: tuple[tuple[str, int], ...] | None = None
    id: str = ""
    split: str | None = None
    line: int | None = None

    @property
    def text(self) -> str:
        """The context: questions about one context belong to the same part of a split."""
        return self.context

    @property
    def labels(self) -> tuple[str, ...]:
        """Always empty: there are no classes."""
        return ()

    @property
    def identity(self) -> tuple[str, ...]:
        """The context and the question."""
        return self.context, self.question

    @property
    def preview(self) -> tuple[str, list[str]]:
        """The question with its context, and the answers."""
        return f"{self.question} · {self.context}", [text for text, _ in self.answers or ()]


@dataclass(frozen=True, slots=True)
class TextPair:
    """A text and the texts to generate from it; all ``targets`` are equally good."""

    label_noun: ClassVar[str] = ""

    text: str
    targets: tuple[str, ...] = ()
    split: str | None = None
    line: int | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Always empty: there are no classes."""
        return ()

    @property
    def preview(self) -> tuple[str, list[str]]:
        """The text and its targets."""
        return self.text, list(self.targets)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation. An assistant's turn is learned from if it is ``trained``."""

    role: Literal["system", "user", "assistant"]
    text: str
    trained: bool = True


@dataclass(frozen=True, slots=True)
class Conversation:
    """Messages in order. A conversation to train on ends with a trained one of the assistant."""

    label_noun: ClassVar[str] = ""

    turns: tuple[Turn, ...]
    split: str | None = None
    line: int | None = None

    @property
    def text(self) -> str:
        """The whole conversation, one message a line."""
        return "\n".join(turn.text for turn in self.turns)

    @property
    def labels(self) -> tuple[str, ...]:
        """Always empty: there are no classes."""
        return ()


@dataclass(frozen=True, slots=True)
class RankedPair:
    """A query (or a description of a person), an item, and their relevance ``score``.

    ``score`` is ``None`` when it is unknown.
    """

    label_noun: ClassVar[str] = ""

    query: str
    item: str
    score: float | None = None
    split: str | None = None
    line: int | None = None

    @property
    def text(self) -> str:
        """The query: the items of one query belong to the same part of a split."""
        return self.query

    @property
    def labels(self) -> tuple[str, ...]:
        """Always empty: there are no classes."""
        return ()

    @property
    def identity(self) -> tuple[str, ...]:
        """The query and the item."""
        return self.query, self.item

    @property
    def preview(self) -> tuple[str, list[str]]:
        """The item with its query, and the score."""
        return f"{self.item} · {self.query}", [] if self.score is None else [f"{self.score:g}"]


@dataclass(frozen=True, slots=True)
class SimilarityExample:
    """A text, a text that is more or less similar to it, and texts that are not similar.

    ``other`` is ``None`` for a text by itself. ``score`` is how similar the two are, on any scale:
    the same for all pairs of a data set that belong together, ``None`` when it is unknown.
    """

    label_noun: ClassVar[str] = ""

    text: str
    other: str | None = None
    score: float | None = None
    negatives: tuple[str, ...] = ()
    split: str | None = None
    line: int | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Always empty: there are no classes."""
        return ()

    @property
    def identity(self) -> tuple[str, ...]:
        """Both texts."""
        return self.text, self.other or ""

    @property
    def preview(self) -> tuple[str, list[str]]:
        """Both texts, and the score."""
        score = [] if self.score is None else [f"{self.score:g}"]
        return f"{self.text} · {self.other or ''}", score


@dataclass(frozen=True)
class ImageExample:
    """An image file and its label."""

    path: Path
    labels: tuple[str, ...] = ()
    split: str | None = None
    line: int | None = None

    @cached_property
    def text(self) -> str:
        """The file's SHA-256: copies of one image belong to the same part of a split."""
        return file_sha256(self.path)
