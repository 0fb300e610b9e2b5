"""Records as a text and what is to be made of it: what summaries and translations share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from chainzoo.data.cells import as_text, is_list
from chainzoo.data.columns import LABEL_NAMES
from chainzoo.data.converters import Converted
from chainzoo.data.converters.text_classification import named_column
from chainzoo.data.examples import InferredOption, TextPair
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record
from chainzoo.data.tokens import CJK
from chainzoo.errors import DataError

VARIED = 0.6  # Share of values that differ in a column of texts; labels repeat.


def text_columns(sample: Sequence[Record], columns: Sequence[str]) -> list[str]:
    """The columns whose values are words and mostly differ, in their order; no column of labels."""
    found = []
    for column in columns:
        if column.lower() in LABEL_NAMES and column.lower() != "target":
            continue
        values = [as_text(record.values.get(column)) for record in sample]
        letters = sum(any(char.isalpha() for char in value) for value in values)
        if letters >= 0.9 * len(values) and len(set(values)) >= VARIED * len(values):
            found.append(column)
    return found


def mean_length(sample: Sequence[Record], column: str) -> float:
    """Characters a value."""
    return sum(len(as_text(r.values.get(column))) for r in sample) / max(len(sample), 1)


def mean_target_length(sample: Sequence[Record], column: str) -> float:
    """Characters a target; where a row has several that are as good, each counts by itself."""
    targets = [one for record in sample for one in _several(record.values.get(column))]
    return sum(map(len, targets)) / max(len(targets), 1)


def _several(value: Any) -> list[str]:
    return [as_text(one) for one in (value if is_list(value) else [value])]


def is_chinese(sample: Sequence[Record], column: str) -> bool:
    """Whether most values are in a script without spaces."""
    texts = [as_text(record.values.get(column)) for record in sample]
    return sum(bool(CJK.search(text)) for text in texts) > 0.5 * len(texts)


def pairs(
    rows: Iterable[Record],
    sample: Sequence[Record],
    columns: Sequence[str],
    guessed: tuple[str, str] | None,
    options: ReadOptions,
) -> Converted:
    """Texts with their targets; ``guessed`` are the columns where they are not told.

    Raises:
        DataError: a named column is missing, or none could be guessed.
    """
    source = named_column(options.text_column, columns, "text") or (guessed or ("", ""))[0]
    target = named_column(options.label_column, columns, "label") or (guessed or ("", ""))[1]
    if not source or not target or source == target:
        raise DataError(
            f"expected a column of texts and one of targets, found {', '.join(columns)}.",
            remedy="Name them with --text-column and --label-column.",
        )
    converted = Converted(iter(()), columns={"text": source, "target": target}, fewest_labels=0)
    if not (options.text_column and options.label_column):
        converted.guesses += [
            InferredOption("text column", source, "names, lengths and scripts", "--text-column"),
            InferredOption("target column", target, "names, lengths and scripts", "--label-column"),
        ]
    converted.examples = _stream(rows, source, target, converted)
    return converted


def _stream(
    rows: Iterable[Record], source: str, target: str, converted: Converted
) -> Iterator[TextPair]:
    empty = 0
    for record in rows:
        text, value = as_text(record.values.get(source)), record.values.get(target)
        targets = tuple(dict.fromkeys(t for t in _several(value) if t))
        if not text or not targets:
            empty += 1
            continue
        yield TextPair(text, targets, record.split, record.line)
    if empty:
        converted.warnings.append(f"{empty} rows lack the text or the target; they are left out.")
