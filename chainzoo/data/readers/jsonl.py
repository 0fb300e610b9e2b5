"""JSON Lines: one JSON object (or list) a line, also in a file that is called ``.json``."""

from __future__ import annotations

import json
from collections.abc import Iterator

from chainzoo.data.encoding import read_lines
from chainzoo.data.json_rows import as_values, nested_too_deeply
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers.reader import FileHead, Reader
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

SUFFIXES = (".jsonl", ".ndjson")


class JsonLinesReader(Reader):
    """Files with one JSON object a line."""

    name = "jsonl"
    priority = 40

    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        """A file with the suffix, or one whose first line is a whole JSON object."""
        if head.suffix in SUFFIXES:
            return f"its name ends in {head.suffix}"
        first = head.filled_lines[0]
        is_object = first.startswith("{") and _is_json(first)
        return "each line of it is a JSON object" if is_object else None

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """Return the objects.

        Raises:
            DataError: a line is not JSON; its number is named.
        """
        return Records(_records(head))


READER = JsonLinesReader()


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _records(head: FileHead) -> Iterator[Record]:
    for number, line in enumerate(read_lines(head.path, head.codec), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except RecursionError:
            raise nested_too_deeply(head.path, number) from None
        except ValueError as error:
            column = getattr(error, "colno", 0)
            reason = getattr(error, "msg", str(error))
            raise DataError(
                f"expected one JSON object, found {line.strip()[:40]!r}"
                f" ({reason} at column {column}).",
                file=head.path,
                line=number,
                remedy="Correct or remove the line; each line must be a whole JSON object.",
            ) from None
        yield Record(number, as_values(value, head.path, number))
