"""The interface of an annotation format, and the annotated texts that it gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from chainzoo.data.examples import Span
from chainzoo.data.losses import RowLosses
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record

UNKNOWN_SPANS = "rows have spans of an unknown form; they are left out."


@dataclass(frozen=True, slots=True)
class AnnotatedRelation:
    """A relation between two ranges of characters of a text."""

    first: tuple[int, int]
    second: tuple[int, int]
    label: str


@dataclass(frozen=True, slots=True)
class AnnotatedText:
    """A text and what an annotator said of it.

    A field is ``None`` where the annotator was not asked; an empty one is an answer.
    """

    text: str
    labels: tuple[str, ...] | None = None
    spans: tuple[Span, ...] | None = None
    relations: tuple[AnnotatedRelation, ...] | None = None


AnnotatedRecords = Iterator[tuple[Record, AnnotatedText]]


class AnnotationFormat(ABC):
    """The rows that one annotation tool exports.

    ``title`` is the tool's name. Formats are asked in order of ``priority``, the smallest first.
    """

    title: ClassVar[str]
    priority: ClassVar[int] = 50

    @abstractmethod
    def matches(self, values: Mapping[str, Any]) -> bool:
        """Return whether a row has the form that the tool exports."""

    @abstractmethod
    def parse(
        self,
        records: Iterable[Record],
        sample: Sequence[Record],
        options: ReadOptions,
        losses: RowLosses,
    ) -> AnnotatedRecords:
        """Yield the texts that were annotated and accepted.

        Args:
            records: all records, those of ``sample`` included.
            sample: the first records, to infer the tool's settings from.
            options: how to read them.
            losses: counts the rows and spans that are left out.
        """


class RowAnnotationFormat(AnnotationFormat):
    """A format in which each row is understood without the others."""

    def parse(
        self,
        records: Iterable[Record],
        sample: Sequence[Record],
        options: ReadOptions,
        losses: RowLosses,
    ) -> AnnotatedRecords:
        """Yield the texts of the rows that :meth:`annotate` does not leave out."""
        for record in records:
            annotated = self.annotate(record.values, losses)
            if annotated is not None:
                yield record, annotated

    @abstractmethod
    def annotate(self, values: Mapping[str, Any], losses: RowLosses) -> AnnotatedText | None:
        """Return the annotated text of a row, or ``None`` for one that ``losses`` counts."""
