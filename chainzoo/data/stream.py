"""The texts of a file to predict on, one at a time, whatever the size of the file."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chainzoo.data.columns import find_columns, infer_text_column, join_texts
from chainzoo.data.encoding import detect_encoding
from chainzoo.data.literals import parse_literal_cells
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record, columns_of
from chainzoo.data.rows import open_records
from chainzoo.errors import DataError

SAMPLE_ROWS = 200


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text, the line that it stands on, and all values of its row."""

    line: int
    text: str
    values: dict[str, Any]


def stream_texts(path: str | Path, options: ReadOptions | None = None) -> Iterator[TextRow]:
    """Yield the rows of a file in constant memory; a ``.txt`` file has one text a line.

    Raises:
        DataError: the file cannot be read, or has no text column.
    """
    yield from open_texts(path, options).rows


@dataclass(frozen=True, slots=True)
class TextStream:
    """The rows of a file, the columns of their texts, and a note where these were not as named."""

    rows: Iterator[TextRow]
    columns: tuple[str, ...]
    note: str = ""


def open_texts(
    path: str | Path, options: ReadOptions | None = None, trained_on: str | None = None
) -> TextStream:
    """Open the rows of a file, with the readers that training data is read with.

    Args:
        path: the file.
        options: how to read it; ``text_column`` must exist if it is named.
        trained_on: the text column that a model was trained on, which is read if it exists.

    Raises:
        DataError: the file cannot be read, or has no text column.
    """
    options = options or ReadOptions()
    path = Path(path).expanduser()
    if path.suffix.lower() == ".txt" and not (options.text_column or trained_on):
        return TextStream(_stream_lines(path, options), ("text",))
    records = open_records(path, options)
    sample = list(itertools.islice(records.rows, SAMPLE_ROWS))
    if not sample:
        raise DataError("there are no rows in it.", file=path, remedy="Give a file with rows.")
    records = parse_literal_cells(records, sample)
    columns = columns_of(records, sample)
    records = replace(records, columns=columns)
    note = ""
    if options.text_column:
        names = find_columns(options.text_column, columns, "text_column")
    elif trained_on and set(trained_on.split(",")) <= set(columns):
        names = trained_on.split(",")
    elif isinstance(sample[0].values.get("tokens"), list):
        names = ["tokens"]
    else:
        names = [infer_text_column(sample, columns)]
        if trained_on:
            note = f"there is no column {trained_on}, which the model was tuned on"
    return TextStream(_rows(records.rows, names), tuple(names), note)


def _rows(records: Iterator[Record], names: Sequence[str]) -> Iterator[TextRow]:
    for record in records:
        values = record.values
        value = values.get(names[0])
        if len(names) > 1:
            text = join_texts(values, names)
        else:
            text = " ".join(map(str, value)) if isinstance(value, list) else str(value or "")
        yield TextRow(record.line, text, dict(values))


def _stream_lines(path: Path, options: ReadOptions) -> Iterator[TextRow]:
    with path.open(encoding=options.encoding or detect_encoding(path).name) as file:
        for line, text in enumerate(file, start=1):
            stripped = text.rstrip("\r\n")
            yield TextRow(line, stripped, {"text": stripped})
