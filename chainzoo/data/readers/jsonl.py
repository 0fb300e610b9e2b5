"""JSON Lines: one JSON object (or list) a line, also in a file that is called ``.json``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from chainzoo.data.encoding import lines
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers import FileHead, encoding_of
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError


def claims(head: FileHead, options: ReadOptions) -> str | None:
    """A file named so, or one whose first line is a whole JSON object."""
    if head.suffix in (".jsonl", ".ndjson"):
        return f"its name ends in {head.suffix}"
    first = next(line for line in head.lines if line.strip()).strip()
    if not first.startswith("{"):
        return None
    return "each line of it is a JSON object" if _whole(first) else None


def _whole(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def read(head: FileHead, options: ReadOptions) -> Records:
    """The objects, one by one."""
    return Records(_records(head))


def _records(head: FileHead) -> Iterator[Record]:
    for number, line in enumerate(lines(head.path, encoding_of(head)), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except RecursionError:
            raise DataError(
                "the JSON is nested too deeply.", file=head.path, line=number, remedy="Flatten it."
            ) from None
        except ValueError as error:
            column = getattr(error, "colno", 0)
            reason = getattr(error, "msg", str(error))
            raise DataError(
                f"expected one JSON object, found {line.strip()[:40]!r}"
                f" ({reason} at column {column}).",
                file=head.path,
                line=number,
                remedy="Mend or remove the line; each line must be a whole JSON object.",
            ) from None
        yield Record(number, as_values(value, head, number))


def as_values(value: Any, head: FileHead, line: int) -> dict[str, Any]:
    """A JSON row as named values: an object as it is, a list by position, a string as its text."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value:
        return {f"column {at}": item for at, item in enumerate(value, 1)}
    if isinstance(value, str):
        return {"text": value}
    raise DataError(
        f"expected a JSON object, found {json.dumps(value)[:40]}.",
        file=head.path,
        line=line,
        remedy='Write each row as an object such as {"text": "…", "label": "…"}.',
    )
