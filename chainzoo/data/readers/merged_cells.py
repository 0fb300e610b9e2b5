"""Merged cells of an Excel sheet, whose value stands in the first of them only."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RANGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
CHUNK = 1 << 20
OVERLAP = 200
MAX_RANGES = 100_000

Fill = Callable[[int, list[Any]], list[Any]]


@dataclass(frozen=True, slots=True)
class MergedCells:
    """Ranges as ``(first row, first column, last row, last column)``, counted from 1."""

    ranges: tuple[tuple[int, int, int, int], ...] = ()

    def filler(self) -> Fill:
        """Return a function that fills the cells of each row; call it for all rows in order."""
        waiting = sorted(self.ranges, reverse=True)
        active: list[tuple[int, int, int, Any]] = []

        def fill(number: int, cells: list[Any]) -> list[Any]:
            while waiting and waiting[-1][0] <= number:
                top, left, bottom, right = waiting.pop()
                if top == number and left <= len(cells):
                    active.append((left, bottom, right, cells[left - 1]))
            filled = list(cells)
            for left, _, right, value in active:
                for at in range(left - 1, min(right, len(filled))):
                    filled[at] = value if filled[at] is None else filled[at]
            active[:] = [item for item in active if item[1] > number]
            return filled

        return fill


def read_merged_cells(path: Path, sheet: Any) -> MergedCells:
    """Read the merged ranges of a sheet, in constant memory.

    ``openpyxl`` leaves them out when it reads a sheet row by row.
    """
    name = getattr(sheet, "_worksheet_path", None)
    if not isinstance(name, str):
        return MergedCells()
    found: dict[tuple[int, int, int, int], None] = {}
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as file:
            rest = b""
            while (chunk := file.read(CHUNK)) and len(found) < MAX_RANGES:
                for left, top, right, bottom in RANGE.findall(rest + chunk):
                    found[int(top), _column(left), int(bottom), _column(right)] = None
                rest = (rest + chunk)[-OVERLAP:]
    except (OSError, KeyError, zipfile.BadZipFile):
        return MergedCells()
    return MergedCells(tuple(found))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number
