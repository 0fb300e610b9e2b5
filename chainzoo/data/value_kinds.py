"""What the values of a column are: dates, addresses, ids and numbers are no texts and no labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from chainzoo.data.cells import as_label, as_text, is_list, is_missing
from chainzoo.data.records import Record

MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
KINDS = {
    "date": re.compile(
        r"^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?:[T ].*)?$"
        rf"|^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s)?(?:{MONTHS}\.?\s\d{{1,2}}|"
        rf"\d{{1,2}}\.?\s{MONTHS})\b[\d\s:,.+\-a-z]*\d{{4}}[\d\s:,.+\-a-z]*$"
        r"|^\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]m)?$",
        re.IGNORECASE,
    ),
    "number": re.compile(r"^[-+]?[$€£¥]?\s?\d[\d.,' ]*(?:e[-+]?\d+)?\s?[%$€£¥]?$", re.IGNORECASE),
    "url": re.compile(r"^(?:https?://|www\.|ftp://|s3://|mailto:)\S+$|^\S+@\S+\.\S+$", re.IGNORECASE),
    "id": re.compile(
        r"^(?=\S*\d)[\w#:/.\-]+$|^[0-9a-f]{8}-[0-9a-f\-]{27}$|^(?:[\w.\-]*/)+[\w.\-]+$",
        re.IGNORECASE | re.ASCII,
    ),
}  # fmt: skip
ID_NAME = re.compile(r"^(?:.*[_\s\-])?(?:id|uuid|guid|idx|index|#)$|^[a-z]+(?:Id|ID)$|^unnamed.*$")
MIN_SHARE = 0.9


def kind_of(sample: Sequence[Record], column: str) -> str:
    """Return ``number``, ``date``, ``url``, ``id``, ``word``, ``text`` or ``other``.

    A ``word`` column holds single words, such as tickers and labels; an ``other`` one is empty or
    holds lists of objects.
    """
    cells: list[Any] = [record.values.get(column) for record in sample]
    if any(isinstance(cell, dict) for cell in cells):
        return "other"
    if any(is_list(cell) and any(isinstance(i, dict) for i in cell) for cell in cells):
        return "other"
    values = [as_text(cell) for cell in cells if not is_missing(cell)]
    values = [value for value in values if value]
    if not values:
        return "other"
    for kind, pattern in KINDS.items():
        if sum(pattern.match(value) is not None for value in values) >= MIN_SHARE * len(values):
            return kind
    single = sum(not re.search(r"\s", value) and value.isascii() for value in values)
    return "word" if single >= MIN_SHARE * len(values) else "text"


def is_id_name(column: str) -> bool:
    """Return whether a column is named as one of ids."""
    return ID_NAME.match(column.strip()) is not None


def is_indicator(sample: Sequence[Record], column: str) -> bool:
    """Return whether a column holds nothing but 0 and 1 (or false and true), and a 1 somewhere."""
    cells: list[Any] = [record.values.get(column) for record in sample]
    values = {as_label(cell).lower() for cell in cells if not is_missing(cell)}
    return values in ({"0", "1"}, {"1"}, {"0"}, {"false", "true"})


def unused_texts(
    sample: Sequence[Record], columns: Sequence[str], used: Sequence[str]
) -> list[str]:
    """Return the columns of texts that are not among those used."""
    return [
        n for n in columns if n not in used and kind_of(sample, n) == "text" and _varies(sample, n)
    ]


def _varies(sample: Sequence[Record], column: str) -> bool:
    values = [as_text(record.values.get(column)) for record in sample]
    filled = [value for value in values if value]
    return len(set(filled)) > 0.5 * len(filled) and len(filled) > 0.5 * len(values)
