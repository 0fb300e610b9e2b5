"""Values of cells as texts and labels, whatever type a format gave them."""

from __future__ import annotations

import datetime
import json
import math
from typing import Any

MISSING_WORDS = frozenset({"", "nan", "null", "none", "n/a", "na", "<na>"})


def is_missing(value: Any) -> bool:
    """Return whether a cell is empty: ``None``, NaN, blank, or a word for these such as ``n/a``."""
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    if isinstance(value, str):
        return len(value) < 8 and value.strip().lower() in MISSING_WORDS
    return type(value).__name__ in ("NAType", "NaTType")


def as_text(value: Any) -> str:
    """Return a cell as text without space around it.

    Lists are joined with spaces; ``None`` and NaN become ``""``.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return replace_surrogates(value.strip())
    if is_list(value):
        return " ".join(as_text(item) for item in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return as_label(value)


def as_label(value: Any) -> str:
    """Return a cell as a label: ``5.0`` from a spreadsheet is ``5``, true is ``true``.

    Dates are in ISO form, without a time that is midnight.
    """
    if isinstance(value, str):
        return replace_surrogates(value.strip())
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value).strip()


def is_list(value: Any) -> bool:
    """Return whether a cell holds several values (a list, a tuple, an array)."""
    return isinstance(value, list | tuple) or type(value).__name__ == "ndarray"


def is_nested(value: Any) -> bool:
    """Return whether a cell holds objects, or lists in a list: neither a text nor labels."""
    return isinstance(value, dict) or (
        is_list(value) and any(isinstance(item, dict) or is_list(item) for item in value)
    )


def replace_surrogates(text: str) -> str:
    """Return the text with U+FFFD for halves of surrogate pairs, which no file can hold."""
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
