"""One JSON value a file: a list of rows, an object of splits, of columns, or of rows by id."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chainzoo.data.encoding import read_lines
from chainzoo.data.json_rows import as_values, nested_too_deeply
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.readers.reader import FileHead, Reader
from chainzoo.data.records import Record, Records
from chainzoo.data.split_names import is_split_name
from chainzoo.errors import DataError

JSONL_SUFFIXES = (".jsonl", ".ndjson")
WRAPPERS = ("data", "rows", "examples", "records", "items")

SplitRows = Iterator[tuple[str | None, Any]]
"""The rows of a document, each with the split it belongs to."""


class JsonDocumentReader(Reader):
    """Files that hold one JSON list or object."""

    name = "json_document"
    priority = 30

    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        """A file that begins a list, or an object that does not end on its first line."""
        if head.suffix in JSONL_SUFFIXES:
            return None
        lines = head.filled_lines
        first = lines[0]
        is_named = head.suffix == ".json"
        if first.startswith("[") and (is_named or first == "[" or first[1:2] in '{["'):
            return "it begins with a JSON list"
        if first.startswith("{") and (is_named or len(lines) == 1 or first == "{"):
            is_lines = len(lines) > 1 and first.endswith("}") and lines[1][0] == "{"
            return None if is_lines else "it is one JSON object"
        return "its name ends in .json" if is_named else None

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """Return the rows of the document; ``line`` counts them from 1 over all splits.

        Raises:
            DataError: it is not JSON, or its layout is none of the known ones.
        """
        document = _load(head)
        layout, rows = _layout(document)
        if rows is None:
            raise DataError(
                "expected a list of rows, an object of splits or an object of columns,"
                f" found {type(document).__name__} ({json.dumps(document)[:60]}…).",
                file=head.path,
                remedy='Write a list of objects such as {"text": "…", "label": "…"}.',
            )
        records = (
            Record(number, as_values(value, head.path, number), split)
            for number, (split, value) in enumerate(rows, 1)
        )
        return Records(records, (), (InferredOption("layout", layout, "its outermost keys"),))


READER = JsonDocumentReader()


def _load(head: FileHead) -> Any:
    text = "".join(read_lines(head.path, head.codec))
    try:
        return json.loads(text)
    except RecursionError:
        raise nested_too_deeply(head.path) from None
    except json.JSONDecodeError as error:
        raise DataError(
            f"the JSON breaks off or is wrong: {error.msg} at column {error.colno}.",
            file=head.path,
            line=error.lineno,
            remedy="Check that the file is whole, and correct this place.",
        ) from None


def _layout(document: Any) -> tuple[str, SplitRows | None]:
    """Return what the document is, and its rows with their splits."""
    if isinstance(document, list):
        return "a list of rows", ((None, value) for value in document)
    if not isinstance(document, dict) or not document:
        return "", None
    nested = _tool_layout(document)
    if nested is not None:
        return nested
    values = list(document.values())
    are_lists = all(isinstance(value, list) for value in values)
    if are_lists and (any(map(is_split_name, document)) or _hold_rows(values)):
        return (
            f"splits: {', '.join(document)}",
            ((split, value) for split, rows in document.items() for value in rows),
        )
    if are_lists and len({len(value) for value in values}) == 1 and values[0]:
        return "columns", (
            (None, dict(zip(document, row, strict=True))) for row in zip(*values, strict=True)
        )
    for key in WRAPPERS:
        if isinstance(document.get(key), list):
            return f"rows under {key!r}", ((None, value) for value in document[key])
    if all(isinstance(value, dict) for value in values):
        return _nested_layout(document, values)
    return "", None


def _tool_layout(document: Mapping[str, Any]) -> tuple[str, SplitRows] | None:
    """Return the rows of an annotation tool that wraps them: Rasa, or NER annotators for spaCy."""
    nlu = document.get("rasa_nlu_data")
    if isinstance(nlu, dict) and isinstance(nlu.get("common_examples"), list):
        # Rasa leaves the entities of an example out if there are none.
        rows = (
            {"entities": [], **row} if isinstance(row, dict) else row
            for row in nlu["common_examples"]
        )
        return "rows under 'common_examples'", ((None, row) for row in rows)
    classes, pairs = document.get("classes"), document.get("annotations")
    if isinstance(classes, list) and isinstance(pairs, list):
        # A text that was skipped is null.
        return "rows under 'annotations'", ((None, pair) for pair in pairs if pair is not None)
    return None


def _hold_rows(values: Sequence[Sequence[Any]]) -> bool:
    """Return whether each list holds objects or ``[text, label]`` pairs, not a column's cells."""
    firsts = [value[0] for value in values if value]
    are_objects = all(isinstance(first, dict) for first in firsts)
    are_pairs = all(isinstance(first, list) and len(first) > 1 for first in firsts)
    equally_long = len({len(value) for value in values}) == 1
    return bool(firsts) and (are_objects or (are_pairs and not equally_long))


def _nested_layout(
    document: Mapping[str, Any], values: Sequence[Mapping[str, Any]]
) -> tuple[str, SplitRows]:
    """Return the rows of an object of objects: columns of cells by index (pandas), or rows by id."""
    indexes = list(values[0])
    by_index = (
        len(indexes) > 0
        and all(index.isdigit() for index in indexes)
        and all(list(value) == indexes for value in values)
    )
    if by_index:
        cells = ({name: document[name][index] for name in document} for index in indexes)
        return "columns by index", ((None, row) for row in cells)
    return "rows by id", ((None, value) for value in values)
