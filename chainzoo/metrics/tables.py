"""Tables of a report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table of a report: a title, a header and rows ready to print."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str | int | float, ...], ...]
