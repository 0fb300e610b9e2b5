"""JSON Lines, also where the file is called ``.json``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chainzoo.data.encoding import detect_encoding
from chainzoo.data.examples import Guess
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

SUFFIXES = (".jsonl", ".ndjson")


def read(path: Path, options: ReadOptions) -> Records:
    """One record a line, streamed.

    Raises:
        DataError: a line is not a JSON object.
    """
    encoding = options.encoding or detect_encoding(path)
    rows = _rows(path, encoding)
    columns: dict[str, None] = {}
    for _, record in zip(range(50), _rows(path, encoding), strict=False):
        columns.update(dict.fromkeys(record.values))
    guess = Guess("encoding", encoding, "the bytes", "--encoding")
    return Records(rows, tuple(columns), (guess,))


def _rows(path: Path, encoding: str) -> Iterator[Record]:
    with path.open(encoding=encoding) as file:
        try:
            for line, text in enumerate(file, start=1):
                if text.strip():
                    yield Record(_object(text, path, line), line)
        except UnicodeError as error:
            raise DataError(
                f"not valid {encoding}.", file=path, remedy="Name the right one with --encoding."
            ) from error


def _object(text: str, path: Path, line: int) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        reason = getattr(error, "msg", "nested too deeply")
        raise DataError(
            f"not valid JSON ({reason}).", file=path, line=line, remedy="Mend that line."
        ) from None
    if not isinstance(value, dict):
        raise DataError(
            f"expected a JSON object, found {type(value).__name__}.",
            file=path,
            line=line,
            remedy='Write one object a line, such as {"text": "…", "label": "…"}.',
        )
    return value
