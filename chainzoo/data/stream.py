"""Texts of a file of any size, one at a time, for prediction."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainzoo.data.converters.text_classification import named_column, text_column
from chainzoo.data.options import ReadOptions
from chainzoo.data.read import open_records
from chainzoo.errors import DataError

SAMPLE_ROWS = 200


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text, the line it stands on, and all the values of its row."""

    line: int
    text: str
    values: dict[str, Any]


def stream_texts(path: str | Path, options: ReadOptions | None = None) -> Iterator[TextRow]:
    """The rows of a file, in constant memory; a ``.txt`` file has a text a line.

    Raises:
        DataError: the file cannot be read, or has no text column.
    """
    options = options or ReadOptions()
    path = Path(path).expanduser()
    if path.suffix.lower() == ".txt" and not options.text_column:
        yield from _lines(path, options)
        return
    records = open_records(path, options)
    sample = list(itertools.islice(records.rows, SAMPLE_ROWS))
    if not sample:
        raise DataError("there are no rows in it.", file=path, remedy="Give a file with rows.")
    columns = records.columns or tuple(dict.fromkeys(n for row in sample for n in row.values))
    if isinstance(sample[0].values.get("tokens"), list):
        column = "tokens"
    else:
        named = named_column(options.text_column, columns, "text")
        column = named or text_column(sample, columns)
    for record in itertools.chain(sample, records.rows):
        value = record.values.get(column)
        text = " ".join(map(str, value)) if isinstance(value, list) else str(value or "")
        yield TextRow(record.line, text, dict(record.values))


def _lines(path: Path, options: ReadOptions) -> Iterator[TextRow]:
    from chainzoo.data.encoding import detect

    with path.open(encoding=options.encoding or detect(path).name) as file:
        for line, text in enumerate(file, start=1):
            yield TextRow(line, text.rstrip("\r\n"), {"text": text.rstrip("\r\n")})
