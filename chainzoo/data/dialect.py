"""The dialect of a table in a text file: its delimiter, quotes, and whether it has a header."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chainzoo.data.columns import LABEL_NAMES, TEXT_NAMES
from chainzoo.data.tags import is_tag

DELIMITERS = ("\t", ",", ";", "|")
LONG_DELIMITERS = (
    " ||| ",
    "|||",
    "||",
    ":::",
    "::",
    "@@@",
    "###",
    "~|~",
    "<sep>",
    "<SEP>",
    "[SEP]",
)
DELIMITER_NAMES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "vertical bar", " ": "space"}
SEPARATOR_LINE = re.compile(r"^\ufeff?\"?sep=(.)\"?\s*$", re.IGNORECASE)  # Of Excel.
STAND_IN = "\x1f"  # For a delimiter of several characters, which the csv module does not take.
USUAL_DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
HEADER_NAMES = frozenset(
    {*TEXT_NAMES, *LABEL_NAMES, "id", "index", "split", "date", "source", "flags", "answer", "name"}
)
NUMBER = re.compile(r"^[-+]?\d+(?:[.,]\d+)?$")
IDENTIFIER = re.compile(r"^[^\W\d][\w .\-/()]{0,39}$")
ALIKE = {"number": lambda cell: NUMBER.match(cell) is not None, "tag": is_tag}
MIN_SHARE = 0.9  # Of rows with the same number of columns.
MIN_SHARE_OF_USUAL = 0.5  # The same, for the delimiter that the suffix promises.
BONUS_OF_USUAL = 0.2
BONUS_OF_LONG = 0.3  # "||" would otherwise be two bars with an empty column between.
MIN_SHARE_OF_LONG = 0.98


@dataclass(frozen=True, slots=True)
class Dialect:
    """A delimiter (``None``: one column), and how many columns it makes."""

    delimiter: str | None
    columns: int
    reason: str


def separator_of(line: str) -> str | None:
    """Return the delimiter that a line ``sep=;`` at the head of a file names, or ``None``."""
    match = SEPARATOR_LINE.match(line)
    return match.group(1) if match else None


def parse(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """Cut a few lines into rows; nothing if their quotes cannot be parsed."""
    if delimiter == "\t":
        return [line.rstrip("\n").split("\t") for line in lines if line.strip()]
    mark = delimiter if len(delimiter) == 1 else STAND_IN
    if len(delimiter) > 1:
        lines = [line.replace(delimiter, STAND_IN) for line in lines]
    try:
        return [row for row in csv.reader(lines, delimiter=mark) if row]
    except csv.Error:
        return []


def detect_dialect(lines: Sequence[str], suffix: str, delimiter: str | None = None) -> Dialect:
    """Return the dialect whose delimiter cuts the most rows into the same number of columns.

    Args:
        lines: the first lines of the file.
        suffix: the file's suffix, with its dot.
        delimiter: the delimiter, if it is known.
    """
    separator = separator_of(lines[0]) if lines else None
    if separator:
        lines = lines[1:]
    if delimiter or separator:
        delimiter, reason = (
            (delimiter, "the option names it")
            if delimiter
            else (str(separator), f"the first line is sep={separator}")
        )
        rows = parse(lines, delimiter)
        width = Counter(map(len, rows)).most_common(1)[0][0] if rows else 1
        return Dialect(delimiter, width, reason)
    usual = USUAL_DELIMITERS.get(suffix, "")
    candidates: list[tuple[float, Dialect]] = []
    for mark in (*DELIMITERS, *LONG_DELIMITERS):
        is_long = len(mark) > 1
        if is_long and not any(mark in line for line in lines):
            continue
        rows = parse(lines, mark)
        if len(rows) > 5 and mark != "\t":
            rows = rows[:-1]  # The quotes of the last may not be closed yet.
        if not rows:
            continue
        width, share = _width(rows)
        if mark == "\t" and any('"' in line for line in lines):  # Lines within quoted fields.
            quoted = [row for row in csv.reader(lines, delimiter=mark) if row]
            width, share = max((width, share), _width(quoted), key=lambda item: item[1])
        minimum = MIN_SHARE_OF_USUAL if mark == usual else MIN_SHARE
        if width < 2 or share < (MIN_SHARE_OF_LONG if is_long else minimum):
            continue
        is_known = mark == "\t" or suffix in (".csv", ".tsv") or (is_long and len(rows) > 4)
        if not is_known and not _is_certain(rows, share):
            continue
        reason = f"it cuts {share:.0%} of the first {len(rows):,} rows into {width} columns"
        bonus = BONUS_OF_USUAL if mark == usual else BONUS_OF_LONG * is_long
        candidates.append((share + bonus, Dialect(mark, width, reason)))
    if not candidates:
        return Dialect(None, 1, "no delimiter cuts the rows evenly")
    return max(candidates, key=lambda item: item[0])[1]


def _width(rows: Sequence[Sequence[str]]) -> tuple[int, float]:
    """Return the most frequent number of columns, and the share of rows that have it."""
    width, count = Counter(map(len, rows)).most_common(1)[0]
    return width, count / len(rows)


def _is_certain(rows: Sequence[Sequence[str]], share: float) -> bool:
    """Return whether a header with usual names confirms the delimiter: prose has commas too."""
    usual_names = {cell.strip().lower() for cell in rows[0]} & HEADER_NAMES
    return share == 1.0 and len(rows) > 1 and bool(usual_names)


def detect_header(
    rows: Sequence[Sequence[str]], named: Sequence[str | None] = ()
) -> tuple[bool, str]:
    """Return whether the first row holds the names of the columns, and why.

    Args:
        rows: the first rows of the file, at least one.
        named: names of columns that the caller expects.
    """
    first = [cell.strip() for cell in rows[0]]
    rest = rows[1:]
    names = {cell.lower() for cell in first}
    if any(name and name.lower() in names for name in named):
        return True, "the first row has the name of a column that an option names"
    for at, cell in enumerate(first):
        below = [row[at].strip() for row in rest if at < len(row)]
        if cell and below.count(cell) > 1:
            return False, f"{cell!r} of the first row comes again below it"
    if names & HEADER_NAMES:
        usual = next(cell for cell in first if cell.lower() in HEADER_NAMES)
        return True, f"the first row has {usual!r}, a usual name"
    for at, cell in enumerate(first):
        below = [row[at].strip() for row in rest if at < len(row) and row[at].strip()]
        for what, is_such in ALIKE.items():
            if cell and len(below) > 2 and not is_such(cell) and all(map(is_such, below)):
                return True, f"{cell!r} of the first row is no {what}, all cells below it are"
    if any(NUMBER.match(cell) for cell in first):
        return False, "the first row has a number in it"
    if len(set(first)) == len(first) and all(IDENTIFIER.match(cell) for cell in first if cell):
        longest = max((len(cell) for row in rest for cell in row), default=0)
        if longest > 2 * max(map(len, first)):
            return True, "the first row has only short, different names"
    return False, "the first row looks like the rows below it"


def header_names(first: Sequence[str]) -> tuple[str, ...]:
    """Return the names in a header row; a cell without a name is ``column 1``, ….

    Names that occur twice get a number.
    """
    names: list[str] = []
    for at, cell in enumerate(first, 1):
        name = cell.strip() or f"column {at}"
        names.append(f"{name} ({at})" if name in names else name)
    return tuple(names)
