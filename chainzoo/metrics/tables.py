"""Tables of a report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Cell = str | int | float


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table of a report: a title, a header, and rows of values."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def confident_errors(
    errors: Iterable[tuple[Any, ...]], header: Sequence[str], limit: int
) -> ReportTable:
    """The ``limit`` errors with the highest scores; each is a score, then the values of ``header``."""
    highest = sorted(errors, key=lambda row: -row[0])[:limit]
    rows = tuple((round(float(row[0]), 3), *row[1:]) for row in highest)
    return ReportTable("Most confident errors", ("score", *header), rows)
