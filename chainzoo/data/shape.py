"""The shape of rows that no converter knows, and the error that describes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chainzoo.data.cells import is_list, is_missing
from chainzoo.data.records import Record
from chainzoo.errors import DataError

MAX_NAMES = 8
KNOWN_FORMS = (
    "Known forms: columns with a text and a label; tokens with tags (CoNLL);"
    ' {"text": "…", "spans": [[0, 4, "PER"]]}; exports of Label Studio, Prodigy, doccano, brat'
    " (.txt with .ann), INCEpTION (WebAnno TSV 3), spaCy, Dataturks and Rasa."
)


def unknown_shape(sample: Sequence[Record], columns: Sequence[str]) -> DataError:
    """Build the error for rows that are no examples of any task: what was seen, what is known."""
    seen = ", ".join(f"{name} ({_describe(_first(sample, name))})" for name in columns[:MAX_NAMES])
    return DataError(
        f"expected at least a text and a label column or a known export, found {seen or 'none'}.",
        remedy=f"{KNOWN_FORMS} Or name the columns with --text-column and --label-column.",
    )


def _first(sample: Sequence[Record], column: str) -> Any:
    """Return the first value of a column that is not empty."""
    values = (record.values.get(column) for record in sample)
    return next((v for v in values if not is_missing(v) and str(v) not in ("[]", "{}")), None)


def _describe(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return f"object with {', '.join(list(map(str, value))[:MAX_NAMES])}"
    if is_list(value):
        return f"list, the first item: {_describe(value[0])}" if len(value) else "empty list"
    return "text" if isinstance(value, str) else type(value).__name__
