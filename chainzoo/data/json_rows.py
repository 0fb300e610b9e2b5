"""JSON values as rows: what the readers of JSON documents and of JSON Lines share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chainzoo.errors import DataError


def as_values(value: Any, path: Path, line: int) -> dict[str, Any]:
    """Return a JSON value as named values: a list by position, a string under ``text``.

    Raises:
        DataError: the value is neither an object, a list nor a string.
    """
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value:
        return {f"column {at}": item for at, item in enumerate(value, 1)}
    if isinstance(value, str):
        return {"text": value}
    raise DataError(
        f"expected a JSON object, found {json.dumps(value)[:40]}.",
        file=path,
        line=line,
        remedy='Write each row as an object such as {"text": "…", "label": "…"}.',
    )


def nested_too_deeply(path: Path, line: int | None = None) -> DataError:
    """Build the error for JSON that exceeds Python's limit of nesting."""
    return DataError("the JSON is nested too deeply.", file=path, line=line, remedy="Flatten it.")
