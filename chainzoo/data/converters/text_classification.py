"""Records as texts with labels: which column is which, one label or several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from chainzoo.data.cells import as_label, as_text, is_list, is_missing
from chainzoo.data.columns import LABEL_NAMES, TEXT_NAMES
from chainzoo.data.converters import Converted
from chainzoo.data.examples import InferredOption, TextExample
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

LABEL_DELIMITERS = ("|", ";", ",")


def matches(sample: Sequence[Record], columns: Sequence[str]) -> bool:
    """Any table with two columns can be texts with labels."""
    return len(columns) >= 2


def examples(
    rows: Iterable[Record], sample: Sequence[Record], records: Records, options: ReadOptions
) -> Converted:
    """Texts with labels; rows without a text or a label are left out and counted in a warning.

    Raises:
        DataError: a named column is missing, or no column can be a text or a label.
    """
    columns = records.columns
    text = named_column(options.text_column, columns, "text") or text_column(sample, columns)
    label = named_column(options.label_column, columns, "label") or _label_column(
        sample, columns, text
    )
    delimiter = options.label_delimiter or _label_delimiter(sample, label)
    multi = delimiter is not None or any(is_list(r.values.get(label)) for r in sample)
    converted = Converted(iter(()), columns={"text": text, "label": label}, multi_label=multi)
    if not options.text_column:
        converted.guesses.append(
            InferredOption(
                "text column", text, "the longest and most varied values", "--text-column"
            )
        )
    if not options.label_column:
        converted.guesses.append(
            InferredOption("label column", label, "few values that repeat", "--label-column")
        )
    if multi:
        converted.guesses.append(
            InferredOption(
                "labels a row", "several", "lists or a delimiter in the cells", "--label-delimiter"
            )
        )
    converted.examples = _stream(rows, text, label, delimiter, converted)
    return converted


def _stream(
    rows: Iterable[Record], text: str, label: str, delimiter: str | None, converted: Converted
) -> Iterator[TextExample]:
    empty = unlabelled = 0
    for record in rows:
        value = as_text(record.values.get(text))
        labels = _labels(record.values.get(label), delimiter)
        if not value:
            empty += 1
        elif not labels and not converted.multi_label:
            unlabelled += 1
        else:
            yield TextExample(value, labels, record.split, record.line)
    if empty:
        converted.warnings.append(f"{empty} rows have an empty text; they are left out.")
    if unlabelled:
        converted.warnings.append(f"{unlabelled} rows have no label; they are left out.")


def _labels(value: Any, delimiter: str | None) -> tuple[str, ...]:
    if is_missing(value):
        return ()
    if is_list(value):
        parts = [as_label(part) for part in value]
    else:
        parts = as_label(value).split(delimiter) if delimiter else [as_label(value)]
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def named_column(name: str | None, columns: Sequence[str], what: str) -> str | None:
    if name is None:
        return None
    by_lower = {column.lower(): column for column in columns}
    if name in columns:
        return name
    if name.lower() in by_lower:
        return by_lower[name.lower()]
    raise DataError(
        f"there is no column {name!r}; there are {', '.join(columns)}.",
        field=name,
        remedy=f"Name one of these with --{what}-column.",
    )


def text_column(sample: Sequence[Record], columns: Sequence[str]) -> str:
    def worth(column: str) -> float:
        values = [as_text(record.values.get(column)) for record in sample]
        letters = sum(any(char.isalpha() for char in value) for value in values) / len(values)
        length = sum(map(len, values)) / len(values)
        hint = 2.0 if column.lower() in TEXT_NAMES else 1.0
        return hint * letters * min(length, 400) * len(set(values)) / len(values)

    best = max(columns, key=worth)
    if worth(best) <= 0:
        raise DataError("no column holds text.", remedy="Name it with --text-column.")
    return best


def _label_column(sample: Sequence[Record], columns: Sequence[str], text: str) -> str:
    def worth(column: str) -> float:
        cells = [record.values.get(column) for record in sample]
        values = [as_label(cell) for cell in cells if not is_missing(cell)]
        distinct = len(set(values))
        if distinct < 2 or len(values) < len(cells) / 2 or any(isinstance(c, dict) for c in cells):
            return -1.0
        if (
            distinct > max(0.5 * len(values), 2)
            and len(values) > 10
            and column.lower() not in LABEL_NAMES
        ):
            return -1.0
        names = [*LABEL_NAMES]
        hint = 2 - names.index(column.lower()) / len(names) if column.lower() in names else 0.0
        return hint + 1 / (1 + sum(map(len, values)) / len(values)) * 0.1

    others = [column for column in columns if column != text]
    best = max(others, key=worth, default=None)
    if best is None or worth(best) < 0:
        # A small sample may hold one label only; a column that is named like a label still counts.
        named = [column for column in others if column.lower() in LABEL_NAMES]
        if named:
            return named[0]
        raise DataError(
            f"no column of {', '.join(columns)} looks like a label (few values that repeat).",
            remedy="Name it with --label-column.",
        )
    return best


def _label_delimiter(sample: Sequence[Record], label: str) -> str | None:
    """A delimiter whose parts are themselves among the labels that repeat."""
    cells = [str(record.values.get(label) or "") for record in sample]
    for delimiter in LABEL_DELIMITERS:
        split = [cell.split(delimiter) for cell in cells if delimiter in cell]
        if len(split) < max(2, 0.02 * len(cells)):
            continue
        single = {cell.strip() for cell in cells if delimiter not in cell}
        parts = {part.strip() for cell in split for part in cell}
        if parts and len(parts & single) >= 0.5 * len(parts):
            return delimiter
    return None
