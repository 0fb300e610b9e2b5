"""Whether quotes enclose the fields of a tab-separated file, or are only characters of its texts.

Many public data sets are written without quoting; pandas and spreadsheets quote the fields that
need it. A file counts as quoted only if nothing in it contradicts that.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MIN_COMMAS = 3  # Quoted fields with a comma, by which spreadsheets are recognised.


@dataclass(slots=True)
class _Evidence:
    """Counts of fields by what their quotes say. ``contradicted``: a quote that stands freely."""

    doubled: int = 0
    with_breaks: int = 0
    enclosed: int = 0
    plain: int = 0
    commas_enclosed: int = 0
    commas_plain: int = 0
    contradicted: bool = False

    def reason(self) -> str | None:
        """Return why the file is quoted, or ``None`` if it is not."""
        if self.contradicted:
            return None
        if self.doubled:
            return "quotes inside quoted fields are written twice"
        if self.with_breaks:
            return "quoted fields have tabs or line breaks in them"
        if self.enclosed and not self.plain:
            return "every field is quoted"
        if self.commas_enclosed >= MIN_COMMAS and not self.commas_plain:
            return "every field with a comma is quoted"
        return None


def detect_tab_quotes(lines: Iterable[str]) -> str | None:
    """Return why quotes enclose fields of tab-separated lines, or ``None`` if they do not.

    Reads all lines once, in constant memory, and stops at the first contradiction.
    """
    evidence = _Evidence()
    width = 0
    strict = csv.reader(_watched(lines, evidence), delimiter="\t", strict=True)
    try:
        for row in strict:
            if not row:
                continue
            width = width or len(row)
            if evidence.contradicted or len(row) != width:
                return None
            evidence.with_breaks += any("\n" in cell or "\t" in cell for cell in row)
    except csv.Error:
        return None
    return evidence.reason()


def _watched(lines: Iterable[str], evidence: _Evidence) -> Iterator[str]:
    """Yield the lines, and count what their fields say of quotes."""
    is_open = False
    for line in lines:
        if '"' not in line:
            if not is_open:
                cells = line.rstrip("\n").split("\t")
                evidence.plain += sum(map(bool, cells))
                evidence.commas_plain += "," in line
            yield line
            continue
        is_open = _count(line.rstrip("\n"), evidence, is_open)
        yield line


def _count(line: str, evidence: _Evidence, is_open: bool) -> bool:
    """Count the fields of a line that has a quote; return whether a field stays open after it."""
    for cell in line.split("\t"):
        if is_open:
            is_open = cell.count('"') % 2 == 0
        elif cell.startswith('"'):
            inner = cell[1:-1]
            if len(cell) > 1 and cell.endswith('"') and '"' not in inner.replace('""', ""):
                evidence.enclosed += 1
                evidence.doubled += '""' in inner
                evidence.commas_enclosed += "," in inner
            elif cell.count('"') % 2:
                is_open = True
            else:
                evidence.contradicted = True
        elif '"' in cell:
            evidence.contradicted = True
        elif cell:
            evidence.plain += 1
            evidence.commas_plain += "," in cell
    return is_open
