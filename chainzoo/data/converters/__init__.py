"""Shapes: one file a task, from records to typed examples.

A shape module has ``matches(sample, columns) -> bool`` and
``examples(records, sample, options) -> Converted``. Another package adds one with ``register_converter``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from chainzoo.data.examples import InferredOption
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError


@dataclass(slots=True)
class Converted:
    """Examples as a stream, with what was guessed; ``warnings`` grow while it is read.

    With fewer than ``fewest_labels`` different labels there is nothing to learn.
    """

    examples: Iterator[Any]
    guesses: list[InferredOption] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    multi_label: bool = False
    fewest_labels: int = 2


class Converter(Protocol):
    """What a shape module or object offers."""

    def matches(self, sample: Sequence[Record], columns: Sequence[str]) -> bool:
        """Whether the records look like this task's."""
        ...

    def examples(
        self,
        rows: Iterable[Record],
        sample: Sequence[Record],
        records: Records,
        options: ReadOptions,
    ) -> Converted:
        """The records as examples."""
        ...


SUPPORTING = ("text_pairs",)  # Modules that several shapes share.

_registered: dict[str, Converter] = {}


def register_converter(task: str, shape: Converter) -> None:
    """Make a shape known for a task that lives outside this package."""
    _registered[task] = shape


def get_converter(task: str) -> Converter:
    """The shape of a task's data.

    Raises:
        DataError: no shape is known for it.
    """
    if task in _registered:
        return _registered[task]
    own = {
        info.name.replace("_", "-"): info.name
        for info in pkgutil.iter_modules(__path__)
        if info.name not in SUPPORTING
    }
    if task not in own:
        raise DataError(
            f"there is no reader for the task {task!r}.", remedy=f"Known: {', '.join(own)}."
        )
    return cast(Converter, importlib.import_module(f"{__name__}.{own[task]}"))


def registered_converters() -> dict[str, Converter]:
    """The shapes that were added from outside this package."""
    return dict(_registered)
