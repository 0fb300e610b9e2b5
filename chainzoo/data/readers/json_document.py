"""One JSON value a file: a list of rows, an object of splits, of columns, or of rows by id."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from chainzoo.data.encoding import lines
from chainzoo.data.examples import InferredOption
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers import FileHead, encoding_of
from chainzoo.data.readers.jsonl import as_values
from chainzoo.data.records import Record, Records
from chainzoo.data.split_names import is_split_name
from chainzoo.errors import DataError

WRAPPERS = ("data", "rows", "examples", "records", "items")


def claims(head: FileHead, options: ReadOptions) -> str | None:
    """A file that begins a list, or an object that does not end on its first line."""
    if head.suffix in (".jsonl", ".ndjson"):
        return None
    filled = [line.strip() for line in head.lines if line.strip()]
    named = head.suffix == ".json"
    if filled[0].startswith("[") and (named or filled[0] == "[" or filled[0][1:2] in '{["'):
        return "it begins with a JSON list"
    if filled[0].startswith("{") and (named or len(filled) == 1 or filled[0] == "{"):
        lines_of_objects = len(filled) > 1 and filled[0].endswith("}") and filled[1][0] == "{"
        return None if lines_of_objects else "it is one JSON object"
    return "its name ends in .json" if named else None


def read(head: FileHead, options: ReadOptions) -> Records:
    """The rows of the document; their numbers are positions, from 1, over all its splits."""
    document = _load(head)
    because, rows = _layout(document)
    if rows is None:
        raise DataError(
            "expected a list of rows, an object of splits or an object of columns,"
            f" found {type(document).__name__} ({json.dumps(document)[:60]}…).",
            file=head.path,
            remedy='Write a list of objects such as {"text": "…", "label": "…"}.',
        )

    def records() -> Iterator[Record]:
        for number, (split, value) in enumerate(rows, 1):
            yield Record(number, as_values(value, head, number), split)

    return Records(records(), (), (InferredOption("layout", because, "by its outermost keys", ""),))


def _load(head: FileHead) -> Any:
    text = "".join(lines(head.path, encoding_of(head)))
    try:
        return json.loads(text)
    except RecursionError:
        raise DataError(
            "the JSON is nested too deeply.", file=head.path, remedy="Flatten it."
        ) from None
    except json.JSONDecodeError as error:
        raise DataError(
            f"the JSON breaks off or is wrong: {error.msg} at column {error.colno}.",
            file=head.path,
            line=error.lineno,
            remedy="Check that the file is whole, and mend this place.",
        ) from None


Rows = Iterator[tuple[str | None, Any]]


def _layout(document: Any) -> tuple[str, Rows | None]:
    """What the document is, and its rows with their splits."""
    if isinstance(document, list):
        return "a list of rows", ((None, value) for value in document)
    if not isinstance(document, dict) or not document:
        return "", None
    values = list(document.values())
    lists = all(isinstance(value, list) for value in values)
    if lists and (any(map(is_split_name, document)) or _hold_rows(values)):
        return (
            f"splits: {', '.join(document)}",
            ((split, value) for split, part in document.items() for value in part),
        )
    if lists and len({len(value) for value in values}) == 1 and values[0]:
        return "columns", (
            (None, dict(zip(document, row, strict=True))) for row in zip(*values, strict=True)
        )
    for key in WRAPPERS:
        if isinstance(document.get(key), list):
            return f"rows under {key!r}", ((None, value) for value in document[key])
    if all(isinstance(value, dict) for value in values):
        return _objects(document, values)
    return "", None


def _hold_rows(values: list[list[Any]]) -> bool:
    """Whether each list holds objects or ``[text, label]`` pairs, not the cells of a column."""
    firsts = [value[0] for value in values if value]
    objects = all(isinstance(first, dict) for first in firsts)
    pairs = all(isinstance(first, list) and len(first) > 1 for first in firsts)
    equal = len({len(value) for value in values}) == 1
    return bool(firsts) and (objects or (pairs and not equal))


def _objects(document: dict[str, Any], values: list[dict[str, Any]]) -> tuple[str, Rows]:
    """pandas' columns of cells by index, or rows by id."""
    indexes = list(values[0])
    if (
        len(indexes)
        and all(index.isdigit() for index in indexes)
        and all(list(value) == indexes for value in values)
    ):
        cells = ({name: document[name][index] for name in document} for index in indexes)
        return "columns by index", ((None, row) for row in cells)
    return "rows by id", ((None, value) for value in values)
