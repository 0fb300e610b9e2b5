"""The texts of a file to predict on, one at a time, whatever the size of the file."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainzoo.data.columns import find_column, infer_text_column
from chainzoo.data.encoding import detect_encoding
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import columns_of
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
    options = options or ReadOptions()
    path = Path(path).expanduser()
    if path.suffix.lower() == ".txt" and not options.text_column:
        yield from _stream_lines(path, options)
        return
    records = open_records(path, options)
    sample = list(itertools.islice(records.rows, SAMPLE_ROWS))
    if not sample:
        raise DataError("there are no rows in it.", file=path, remedy="Give a file with rows.")
    columns = columns_of(records, sample)
    if isinstance(sample[0].values.get("tokens"), list):
        column = "tokens"
    else:
        named = find_column(options.text_column, columns, "text_column")
        column = named or infer_text_column(sample, columns)
    for record in itertools.chain(sample, records.rows):
        value = record.values.get(column)
        text = " ".join(map(str, value)) if isinstance(value, list) else str(value or "")
        yield TextRow(record.line, text, dict(record.values))


def _stream_lines(path: Path, options: ReadOptions) -> Iterator[TextRow]:
    with path.open(encoding=options.encoding or detect_encoding(path).name) as file:
        for line, text in enumerate(file, start=1):
            stripped = text.rstrip("\r\n")
            yield TextRow(line, stripped, {"text": stripped})
