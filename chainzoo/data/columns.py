"""Which column holds the texts, and which names people give to columns of texts and labels."""

from __future__ import annotations

from collections.abc import Sequence

from chainzoo.data.cells import as_text
from chainzoo.data.records import Record
from chainzoo.errors import DataError

# The likeliest names come first.
TEXT_NAMES = (
    "text", "sentence", "utterance", "review", "reviewbody", "content", "message", "query",
    "question", "body", "title", "文本", "内容", "标题",
)  # fmt: skip
LABEL_NAMES = (
    "label", "labels", "intent", "category", "class", "sentiment", "star", "stars", "target",
    "topic", "type", "tag", "tags", "rating", "标签", "类别",
)  # fmt: skip
MAX_LENGTH = 400  # Characters that count: longer texts are no better evidence.


def find_column(name: str | None, columns: Sequence[str], option: str) -> str | None:
    """Return the column of that name, ignoring case, or ``None`` if no name is given.

    Args:
        name: the name to look for, or ``None``.
        columns: the columns that exist.
        option: the field of ``ReadOptions`` that gave the name, for the error.

    Raises:
        DataError: there is no such column.
    """
    if name is None or name in columns:
        return name
    by_lower = {column.lower(): column for column in columns}
    if name.lower() in by_lower:
        return by_lower[name.lower()]
    raise DataError(
        f"there is no column {name!r}; there are {', '.join(columns)}.",
        field=name,
        remedy=f"Name one of these with --{option.replace('_', '-')}.",
    )


def first_column(names: Sequence[str], columns: Sequence[str]) -> str | None:
    """Return the first of ``names`` that is a column, ignoring case, as it is written there."""
    by_lower = {column.lower(): column for column in columns}
    return next((by_lower[name] for name in names if name in by_lower), None)


def infer_text_column(sample: Sequence[Record], columns: Sequence[str]) -> str:
    """Return the column with the longest and most varied texts.

    Raises:
        DataError: no column holds text.
    """

    def score(column: str) -> float:
        values = [as_text(record.values.get(column)) for record in sample]
        letters = sum(any(char.isalpha() for char in value) for value in values) / len(values)
        length = sum(map(len, values)) / len(values)
        bonus = 2.0 if column.lower() in TEXT_NAMES else 1.0
        return bonus * letters * min(length, MAX_LENGTH) * len(set(values)) / len(values)

    best = max(columns, key=score)
    if score(best) <= 0:
        raise DataError("no column holds text.", remedy="Name it with --text-column.")
    return best
