"""A table of examples, and whether a model can be trained on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chainzoo.data.options import InferredOption
from chainzoo.errors import DataError

MIN_ROWS = 10


@dataclass(frozen=True, slots=True)
class Table:
    """Examples of one task, read from one source.

    ``labels`` are all labels, sorted (entity types, not tags, for token classification).
    ``sha256`` is that of the content that was read, held-out rows included. ``multi_label`` says
    whether an example may have no label or several. ``doubts`` are the inferred choices that may be
    wrong. Training needs at least ``min_labels``
    different labels, and at most ``max_label_ratio`` of them per row. ``held_out_rows`` is the
    number of rows that were left out because they are held out.
    """

    name: str
    task: str
    examples: Sequence[Any]
    labels: tuple[str, ...]
    inferred: tuple[InferredOption, ...] = ()
    warnings: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    sha256: str = ""
    multi_label: bool = False
    columns: dict[str, str] = field(default_factory=dict)
    min_labels: int = 2
    max_label_ratio: float | None = None
    held_out_rows: int = 0

    def __len__(self) -> int:
        return len(self.examples)


def check_trainable(table: Table) -> None:
    """Check that a model can be trained on a table.

    Raises:
        DataError: there are too few labels for the task, fewer than ten rows, or nearly as many
            labels as rows.
    """
    rows, labels = len(table), len(table.labels)
    if labels < table.min_labels:
        found = f"only the label {table.labels[0]!r}" if labels else "no label at all"
        raise DataError(
            f"there is {found}.",
            file=table.name,
            remedy="Give rows with at least two labels, or entities.",
        )
    if rows < MIN_ROWS:
        raise DataError(
            f"there are only {rows} rows.",
            file=table.name,
            remedy="Give at least ten; some hundreds are better.",
        )
    if table.max_label_ratio is not None and labels > table.max_label_ratio * rows:
        raise DataError(
            f"{labels} different labels on {rows} rows: this is hardly a label column.",
            file=table.name,
            remedy="Name the right one with --label-column.",
        )
