"""CSV, TSV and their relatives: any delimiter, with or without a header."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain

from chainzoo.data.encoding import lines
from chainzoo.data.examples import InferredOption
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers import FileHead, encoding_of
from chainzoo.data.readers.dialect import (
    TITLES,
    Dialect,
    guess_dialect,
    guess_header,
    header_names,
    parse,
)
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

LONGEST_FIELD = 16 << 20


def claims(head: FileHead, options: ReadOptions) -> str | None:
    """A file named so, or one whose rows a delimiter cuts evenly."""
    if head.suffix in (".csv", ".tsv", ".tab"):
        return f"its name ends in {head.suffix}"
    dialect = guess_dialect(head.lines, head.suffix, options.delimiter)
    if dialect.delimiter is None:
        return None
    return f"a {_title(dialect)} cuts its rows into {dialect.columns} columns"


def read(head: FileHead, options: ReadOptions) -> Records:
    """The rows with the values of their columns, as text."""
    dialect = guess_dialect(head.lines, head.suffix, options.delimiter)
    guesses = []
    if dialect.delimiter and not options.delimiter:
        guesses.append(InferredOption("delimiter", _title(dialect), dialect.because, "delimiter"))
    rows = _rows(head, dialect)
    first = next(rows, None)
    if first is None:
        raise DataError("there are no rows in it.", file=head.path, remedy="Check the export.")
    header = options.header
    if header is None:
        told = [name for name in (options.text_column, options.label_column) if name]
        sample = parse(head.lines, dialect.delimiter or "\0")
        header, because = guess_header(sample or [first[1]], told)
        guesses.append(InferredOption("header", "yes" if header else "no", because, "header"))
    cells = first[1]
    if header:
        names = header_names(cells)
    else:
        width = max(dialect.columns, 1)
        names = tuple(f"column {at}" for at in range(1, width + 1))
        rows = chain([first], rows)
    return Records(_records(head, rows, names), names, tuple(guesses))


def _title(dialect: Dialect) -> str:
    return TITLES.get(dialect.delimiter or "", repr(dialect.delimiter))


def _records(
    head: FileHead, rows: Iterator[tuple[int, list[str]]], names: tuple[str, ...]
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


def _rows(head: FileHead, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """``(line, cells)`` of each row that is not blank."""
    source = lines(head.path, encoding_of(head))
    if dialect.delimiter is None or not dialect.quoted:
        for number, line in enumerate(source, 1):
            if line.strip():
                text = line.rstrip("\n")
                if dialect.delimiter:
                    yield number, text.split(dialect.delimiter)
                else:
                    yield number, [_unquoted(text)]
        return
    yield from _quoted(head, source, dialect.delimiter)


def _unquoted(text: str) -> str:
    """The only column of a row, without the quotes that a program put around it."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    return text


def _quoted(
    head: FileHead, source: Iterator[str], delimiter: str
) -> Iterator[tuple[int, list[str]]]:
    pending: list[str] = []

    def remember() -> Iterator[str]:
        for line in source:
            pending.append(line)
            yield line

    csv.field_size_limit(LONGEST_FIELD)
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
