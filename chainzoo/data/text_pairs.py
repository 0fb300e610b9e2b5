"""Tables with two columns of texts: what the converters of summaries and translations share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from chainzoo.data.cells import as_text, is_list, is_nested
from chainzoo.data.columns import LABEL_NAMES, find_column
from chainzoo.data.converters.converter import Converted
from chainzoo.data.examples import TextPair
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.data.tokens import CJK
from chainzoo.data.value_kinds import kind_of
from chainzoo.errors import DataError

MIN_DISTINCT = 0.6  # Share of values that differ in a column of texts; labels repeat.


def text_columns(sample: Sequence[Record], columns: Sequence[str]) -> list[str]:
    """Return the columns whose values are words and mostly differ, without columns of labels."""
    found = []
    for column in columns:
        if column.lower() in LABEL_NAMES and column.lower() != "target":
            continue
        if any(is_nested(record.values.get(column)) for record in sample):
            continue
        values = [as_text(record.values.get(column)) for record in sample]
        letters = sum(any(char.isalpha() for char in value) for value in values)
        if kind_of(sample, column) not in ("text", "word"):
            continue
        if letters >= 0.9 * len(values) and len(set(values)) >= MIN_DISTINCT * len(values):
            found.append(column)
    return found


def mean_length(sample: Sequence[Record], column: str) -> float:
    """Return the mean number of characters of a value."""
    return sum(len(as_text(r.values.get(column))) for r in sample) / max(len(sample), 1)


def mean_target_length(sample: Sequence[Record], column: str) -> float:
    """Return the mean number of characters of a target; several targets of a row count singly."""
    targets = [target for record in sample for target in _targets(record.values.get(column))]
    return sum(map(len, targets)) / max(len(targets), 1)


def is_cjk(sample: Sequence[Record], column: str) -> bool:
    """Return whether most values are written in a script without spaces between words."""
    texts = [as_text(record.values.get(column)) for record in sample]
    return sum(bool(CJK.search(text)) for text in texts) > 0.5 * len(texts)


def convert_pairs(
    records: Records, inferred: tuple[str, str] | None, options: ReadOptions
) -> Converted:
    """Build texts with their targets.

    Args:
        records: all records, with their columns.
        inferred: the columns of texts and of targets, for those that ``options`` do not name.
        options: ``text_column`` and ``label_column`` are the columns of texts and of targets.

    Raises:
        DataError: a named column is missing, or one could not be inferred.
    """
    columns, default = records.columns, inferred or ("", "")
    source = find_column(options.text_column, columns, "text_column") or default[0]
    target = find_column(options.label_column, columns, "label_column") or default[1]
    if not source or not target or source == target:
        raise DataError(
            f"expected a column of texts and one of targets, found {', '.join(columns)}.",
            remedy="Name them with --text-column and --label-column.",
        )
    options_inferred = []
    if not (options.text_column and options.label_column):
        reason = "names, lengths and scripts"
        options_inferred = [
            InferredOption("text column", source, reason, "text_column"),
            InferredOption("target column", target, reason, "label_column"),
        ]
    warnings: list[str] = []
    return Converted(
        _stream(records.rows, source, target, warnings),
        inferred=options_inferred,
        warnings=warnings,
        columns={"text": source, "target": target},
        min_labels=0,
    )


def _stream(
    rows: Iterator[Record], source: str, target: str, warnings: list[str]
) -> Iterator[TextPair]:
    empty = 0
    for record in rows:
        text, value = as_text(record.values.get(source)), record.values.get(target)
        targets = tuple(dict.fromkeys(t for t in _targets(value) if t))
        if not text or not targets:
            empty += 1
            continue
        yield TextPair(text, targets, record.split, record.line)
    if empty:
        warnings.append(f"{empty} rows lack the text or the target; they are left out.")


def _targets(value: Any) -> list[str]:
    return [as_text(item) for item in (value if is_list(value) else [value])]
