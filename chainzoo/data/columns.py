"""Which column holds the texts, and which names people give to columns of texts and labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chainzoo.data.cells import as_text, is_nested
from chainzoo.data.examples import PAIR_SEPARATOR
from chainzoo.data.records import Record
from chainzoo.data.value_kinds import is_id_name, kind_of
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
# Names of both columns of a pair of texts that have one label together.
PAIRS = (
    ("premise", "hypothesis"), ("question1", "question2"), ("sentence1", "sentence2"),
    ("text1", "text2"), ("text_a", "text_b"), ("sentence_a", "sentence_b"),
    ("sentence_1", "sentence_2"), ("question_1", "question_2"),
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


def find_columns(names: str, columns: Sequence[str], option: str) -> list[str]:
    """Return the columns that an option names: one, or several with commas between.

    Raises:
        DataError: there is no such column.
    """
    if names in columns or "," not in names:
        return [find_column(names, columns, option) or ""]
    parts = [name.strip() for name in names.split(",") if name.strip()]
    return [find_column(name, columns, option) or "" for name in parts]


def join_texts(values: Mapping[str, Any], columns: Sequence[str]) -> str:
    """Return the text in a column, or the texts of a pair with a separator between.

    The text is empty if one of the texts is.
    """
    texts = [as_text(values.get(column)) for column in columns]
    return PAIR_SEPARATOR.join(texts) if all(texts) else ""


def first_column(names: Sequence[str], columns: Sequence[str]) -> str | None:
    """Return the first of ``names`` that is a column, ignoring case, as it is written there."""
    by_lower = {column.lower(): column for column in columns}
    return next((by_lower[name] for name in names if name in by_lower), None)


def infer_text_column(sample: Sequence[Record], columns: Sequence[str]) -> str:
    """Return the column with the longest and most varied texts.

    Columns of dates, addresses, ids and numbers are taken only if there is no other.

    Raises:
        DataError: no column holds text.
    """

    def score(column: str) -> float:
        cells = [record.values.get(column) for record in sample]
        if any(map(is_nested, cells)):
            return 0.0
        values = [as_text(cell) for cell in cells]
        letters = sum(any(char.isalpha() for char in value) for value in values) / len(values)
        length = sum(map(len, values)) / len(values)
        bonus = 2.0 if column.lower() in TEXT_NAMES else 1.0
        return bonus * letters * min(length, MAX_LENGTH) * len(set(values)) / len(values)

    texts = [c for c in columns if kind_of(sample, c) in ("text", "word") and not is_id_name(c)]
    best = max(texts or columns, key=score)
    if score(best) <= 0:
        raise DataError("no column holds text.", remedy="Name it with --text-column.")
    return best
