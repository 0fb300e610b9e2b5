"""CSV, TSV and their relatives: any delimiter, with or without a header."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain

from chainzoo.data.dialect import (
    DELIMITER_NAMES,
    STAND_IN,
    Dialect,
    detect_dialect,
    detect_header,
    header_names,
    parse,
    separator_of,
)
from chainzoo.data.encoding import read_lines
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.readers.reader import FileHead, Reader
from chainzoo.data.records import Record, Records
from chainzoo.data.tab_quotes import detect_tab_quotes
from chainzoo.errors import DataError

SUFFIXES = (".csv", ".tsv", ".tab")
MAX_FIELD_CHARACTERS = 16 << 20

NumberedRow = tuple[int, list[str]]


class DelimitedReader(Reader):
    """Text files whose rows a delimiter cuts into columns."""

    name = "delimited"
    priority = 80

    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        """A file with the suffix, or one whose rows a delimiter cuts evenly."""
        if head.suffix in SUFFIXES:
            return f"its name ends in {head.suffix}"
        dialect = detect_dialect(head.lines, head.suffix, options.delimiter)
        if dialect.delimiter is None:
            return None
        return f"a {_title(dialect)} cuts its rows into {dialect.columns} columns"

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """Return the rows with the values of their columns, as text.

        Raises:
            DataError: there are no rows, or a row has another number of columns.
        """
        dialect = detect_dialect(head.lines, head.suffix, options.delimiter)
        inferred = []
        if dialect.delimiter and not options.delimiter:
            title = _title(dialect)
            inferred.append(InferredOption("delimiter", title, dialect.reason, "delimiter"))
        is_quoted = dialect.delimiter is not None
        if dialect.delimiter == "\t":
            is_quoted, quotes = _tab_quotes(head, options)
            inferred += quotes
        rows = _rows(head, dialect.delimiter, is_quoted)
        first = next(rows, None)
        if first is None:
            raise DataError("there are no rows in it.", file=head.path, remedy="Check the export.")
        header = options.header
        if header is None:
            sample = _sample(head, dialect.delimiter, is_quoted) or [first[1]]
            header, reason = detect_header(sample, (options.text_column, options.label_column))
            inferred.append(InferredOption("header", "yes" if header else "no", reason, "header"))
        if header:
            names = header_names(first[1])
        else:
            names = tuple(f"column {at}" for at in range(1, max(dialect.columns, 1) + 1))
            rows = chain([first], rows)
        return Records(_records(head, rows, names), names, tuple(inferred))


READER = DelimitedReader()


def _title(dialect: Dialect) -> str:
    return DELIMITER_NAMES.get(dialect.delimiter or "", repr(dialect.delimiter))


def _records(
    head: FileHead, rows: Iterator[NumberedRow], names: tuple[str, ...]
) -> Iterator[Record]:
    for line, cells in rows:
        if len(cells) != len(names):
            raise DataError(
                f"expected {len(names)} columns, found {len(cells)}.",
                file=head.path,
                line=line,
                remedy="Put quotes around fields that contain the delimiter,"
                " or name another with --delimiter.",
            )
        yield Record(line, dict(zip(names, cells, strict=True)))


def _tab_quotes(head: FileHead, options: ReadOptions) -> tuple[bool, list[InferredOption]]:
    """Return whether quotes enclose the fields of a tab-separated file, and why."""
    if options.quotes is not None:
        return options.quotes, []
    reason = detect_tab_quotes(_lines(head))
    if reason is None:
        return False, []
    return True, [InferredOption("quotes", "yes", reason, "quotes")]


def _sample(head: FileHead, delimiter: str | None, is_quoted: bool) -> list[list[str]]:
    lines = head.lines[1:] if separator_of(head.lines[0]) else head.lines
    if delimiter == "\t" and is_quoted:
        return [row for row in csv.reader(lines, delimiter="\t") if row]
    return parse(lines, delimiter or "\0")


def _lines(head: FileHead) -> Iterator[str]:
    """Yield the lines of the file; a first line ``sep=;`` is blank."""
    for number, line in enumerate(read_lines(head.path, head.codec)):
        yield "\n" if number == 0 and separator_of(line) else line


def _rows(head: FileHead, delimiter: str | None, is_quoted: bool) -> Iterator[NumberedRow]:
    """Yield ``(line, cells)`` of each row that is not blank."""
    lines = _lines(head)
    if delimiter is not None and is_quoted:
        if len(delimiter) == 1:
            yield from _quoted_rows(head, lines, delimiter)
            return
        replaced = (line.replace(delimiter, STAND_IN) for line in lines)
        for number, cells in _quoted_rows(head, replaced, STAND_IN):
            yield number, [cell.replace(STAND_IN, delimiter) for cell in cells]
        return
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        text = line.rstrip("\n")
        yield number, text.split(delimiter) if delimiter else [_unquote(text)]


def _unquote(text: str) -> str:
    """Return the only column of a row without the quotes that a program put around it."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    return text


def _quoted_rows(head: FileHead, lines: Iterator[str], delimiter: str) -> Iterator[NumberedRow]:
    pending: list[str] = []

    def remember() -> Iterator[str]:
        for line in lines:
            pending.append(line)
            yield line

    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    number = 1
    reader = csv.reader(remember(), delimiter=delimiter)
    try:
        for cells in reader:
            # Only a row of several lines, or the last, can have a quote that is never closed.
            if len(pending) > 1 or not pending[-1].endswith("\n"):
                _check_closed(head, pending, delimiter, number)
            if cells and any(cell.strip() for cell in cells):
                yield number, cells
            number += len(pending)
            pending.clear()
    except csv.Error as error:
        raise DataError(
            f"the row cannot be cut into columns: {error}.",
            file=head.path,
            line=number,
            remedy="A quote may have been left open here: close it.",
        ) from None


def _check_closed(head: FileHead, pending: list[str], delimiter: str, number: int) -> None:
    try:
        list(csv.reader(pending, delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise DataError(
                f"a quote is opened and never closed (the row runs on for {len(pending):,} lines).",
                file=head.path,
                line=number,
                remedy='Close the quote, or write a quote inside a field twice ("").',
            ) from None
