"""The interface of a converter, and what a conversion gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.records import AnnotationKind, Record, Records


@dataclass(slots=True)
class Converted:
    """Examples as a stream, and what was inferred. ``warnings`` grow while the stream is read.

    ``doubts`` are sentences on choices that may be wrong, each with the option that sets another.

    Training needs at least ``min_labels`` different labels, and at most ``max_label_ratio`` of
    them per row (``None``: any number).
    """

    examples: Iterator[Any]
    inferred: list[InferredOption] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    multi_label: bool = False
    min_labels: int = 2
    max_label_ratio: float | None = None


class Converter(ABC):
    """Builds the examples of one task from records, and recognises records of that task.

    ``task`` is the task's name. Converters are asked in order of ``priority``, the smallest first;
    give the more specific form of data the smaller number. ``formats`` are the readers whose
    records are of use to this task alone: with another task named, they do not read.
    ``annotation`` is the kind of annotations, made with an annotation tool, that the task learns.
    """

    task: ClassVar[str]
    priority: ClassVar[int] = 50
    formats: ClassVar[tuple[str, ...]] = ()
    annotation: ClassVar[AnnotationKind | None] = None

    @abstractmethod
    def matches(self, sample: Sequence[Record], columns: Sequence[str]) -> bool:
        """Return whether records look like data of this task.

        Args:
            sample: the first records, at least one.
            columns: the names of all columns.
        """

    @abstractmethod
    def convert(
        self, records: Records, sample: Sequence[Record], options: ReadOptions
    ) -> Converted:
        """Build examples from records.

        Args:
            records: all records, those of ``sample`` included, with their columns.
            sample: the first records, to infer options from.
            options: what the caller sets; the rest is inferred.

        Raises:
            DataError: the records do not fit the task or the options.
        """
