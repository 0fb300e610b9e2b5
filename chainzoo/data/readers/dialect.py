"""How a table in a text file is written: the delimiter, quotes, and whether there is a header."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chainzoo.data.columns import LABEL_NAMES, TEXT_NAMES

CANDIDATES = "\t,;|"
TITLES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "vertical bar", " ": "space"}
KNOWN_HEADERS = frozenset(
    {*TEXT_NAMES, *LABEL_NAMES, "id", "index", "split", "date", "source", "flags", "answer", "name"}
)
NUMBER = re.compile(r"^[-+]?\d+(?:[.,]\d+)?$")
IDENTIFIER = re.compile(r"^[^\W\d][\w .\-/()]{0,39}$")


@dataclass(frozen=True, slots=True)
class Dialect:
    """A delimiter (``None``: one column) and how many columns it makes."""

    delimiter: str | None
    columns: int
    because: str

    @property
    def quoted(self) -> bool:
        """Tab-separated files are read without quotes: in them a quote is only a character."""
        return self.delimiter != "\t"


def parse(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """A few lines as rows; the last one is left out where its quotes are not closed yet."""
    if delimiter == "\t":
        return [line.rstrip("\n").split("\t") for line in lines if line.strip()]
    try:
        return [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return []


def guess_dialect(lines: Sequence[str], suffix: str, delimiter: str | None = None) -> Dialect:
    """The delimiter that cuts the most rows into one and the same number of columns."""
    if delimiter:
        rows = parse(lines, delimiter)
        width = Counter(map(len, rows)).most_common(1)[0][0] if rows else 1
        return Dialect(delimiter, width, "it was told")
    found: list[tuple[float, Dialect]] = []
    for mark in CANDIDATES:
        rows = parse(lines, mark)
        if len(rows) > 5 and mark != "\t":
            rows = rows[:-1]
        if not rows:
            continue
        width, count = Counter(map(len, rows)).most_common(1)[0]
        share = count / len(rows)
        if width < 2 or share < (0.5 if mark == _usual(suffix) else 0.9):
            continue
        if mark != "\t" and suffix not in (".csv", ".tsv") and not _surely(rows, share):
            continue
        because = f"it cuts {share:.0%} of the first {len(rows):,} rows into {width} columns"
        bonus = 0.2 if mark == _usual(suffix) else 0.0
        found.append((share + bonus, Dialect(mark, width, because)))
    if not found:
        return Dialect(None, 1, "no delimiter cuts the rows evenly")
    return max(found, key=lambda item: item[0])[1]


def _usual(suffix: str) -> str:
    return {".csv": ",", ".tsv": "\t", ".tab": "\t"}.get(suffix, "")


def _surely(rows: Sequence[Sequence[str]], share: float) -> bool:
    """Prose in a .txt file has commas too: there a header with known names must speak for them."""
    known = {cell.strip().lower() for cell in rows[0]} & KNOWN_HEADERS
    return share == 1.0 and len(rows) > 1 and bool(known)


def guess_header(rows: Sequence[Sequence[str]], told: Sequence[str]) -> tuple[bool, str]:
    """Whether the first row holds names, and why."""
    first = [cell.strip() for cell in rows[0]]
    rest = rows[1:]
    names = {cell.lower() for cell in first}
    if told and any(name.lower() in names for name in told):
        return True, "the first row has the name of a column that was told"
    for at, cell in enumerate(first):
        below = [row[at].strip() for row in rest if at < len(row)]
        if cell and below.count(cell) > 1:
            return False, f"{cell!r} of the first row comes again below it"
    if names & KNOWN_HEADERS:
        found = next(cell for cell in first if cell.lower() in KNOWN_HEADERS)
        return True, f"the first row has {found!r}, a usual name"
    if any(NUMBER.match(cell) for cell in first):
        return False, "the first row has a number in it"
    if len(set(first)) == len(first) and all(IDENTIFIER.match(cell) for cell in first if cell):
        longest = max((len(cell) for row in rest for cell in row), default=0)
        if longest > 2 * max(map(len, first)):
            return True, "the first row has only short, different names"
    return False, "the first row looks like the rows below it"


def header_names(first: Sequence[str]) -> tuple[str, ...]:
    """The names in a header row; a cell without one (an exported index) is ``column 1``, ….

    Names that come twice get a number.
    """
    names: list[str] = []
    for at, cell in enumerate(first, 1):
        name = cell.strip() or f"column {at}"
        names.append(f"{name} ({at})" if name in names else name)
    return tuple(names)
