"""Records as texts with labels: which column is which, one label or several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from chainzoo.data.cells import as_label, as_text, is_list, is_missing
from chainzoo.data.columns import LABEL_NAMES, find_column, infer_text_column
from chainzoo.data.converters.converter import Converted, Converter
from chainzoo.data.examples import TextExample
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

LABEL_DELIMITERS = ("|", ";", ",")
MAX_LABEL_RATIO = 0.5  # With more labels per row the column holds something else.
NO = frozenset({"", "0", "false", "no"})


class TextClassificationConverter(Converter):
    """Texts with labels."""

    task = "text-classification"
    priority = 90

    def matches(self, sample: Sequence[Record], columns: Sequence[str]) -> bool:
        """Any table with two columns can be texts with labels."""
        return len(columns) >= 2

    def convert(
        self, records: Records, sample: Sequence[Record], options: ReadOptions
    ) -> Converted:
        """Build texts with labels; a warning counts the rows without a text or a label.

        Raises:
            DataError: a named column is missing, or no column can be a text or a label.
        """
        columns = records.columns
        text = find_column(options.text_column, columns, "text_column")
        text = text or infer_text_column(sample, columns)
        names = _label_columns(options.label_column, columns)
        if len(names) > 1:
            return _from_indicators(records, text, names, options)
        label = names[0] if names else _infer_label_column(sample, columns, text)
        delimiter = options.label_delimiter or _infer_delimiter(sample, label)
        multi_label = delimiter is not None or any(is_list(r.values.get(label)) for r in sample)
        inferred = _inferred_text_column(text, options)
        if not options.label_column:
            reason = "few values that repeat"
            inferred.append(InferredOption("label column", label, reason, "label_column"))
        if multi_label:
            reason = "lists or a delimiter in the cells"
            inferred.append(InferredOption("labels per row", "several", reason, "label_delimiter"))
        rows = ((r, _labels(r.values.get(label), delimiter)) for r in records.rows)
        warnings: list[str] = []
        return Converted(
            _stream(rows, text, multi_label, warnings),
            inferred=inferred,
            warnings=warnings,
            columns={"text": text, "label": label},
            multi_label=multi_label,
            max_label_ratio=MAX_LABEL_RATIO,
        )


CONVERTER = TextClassificationConverter()


def _inferred_text_column(text: str, options: ReadOptions) -> list[InferredOption]:
    if options.text_column:
        return []
    reason = "the longest and most varied values"
    return [InferredOption("text column", text, reason, "text_column")]


def _label_columns(option: str | None, columns: Sequence[str]) -> list[str]:
    """Return the columns that the option names: one, or several with commas between."""
    if option is None:
        return []
    if option in columns or "," not in option:
        return [find_column(option, columns, "label_column") or ""]
    names = [name.strip() for name in option.split(",") if name.strip()]
    return [find_column(name, columns, "label_column") or "" for name in names]


def _from_indicators(
    records: Records, text: str, names: Sequence[str], options: ReadOptions
) -> Converted:
    """Build examples from columns of 0 and 1, one for each label."""

    def labels(record: Record) -> tuple[str, ...]:
        values = {name: record.values.get(name) for name in names}
        return tuple(n for n, v in values.items() if not is_missing(v) and _is_set(v))

    warnings: list[str] = []
    rows = ((record, labels(record)) for record in records.rows)
    return Converted(
        _stream(rows, text, True, warnings),
        inferred=_inferred_text_column(text, options),
        warnings=warnings,
        columns={"text": text, "label": ",".join(names)},
        multi_label=True,
        max_label_ratio=MAX_LABEL_RATIO,
    )


def _is_set(value: Any) -> bool:
    return as_label(value).lower() not in NO


def _stream(
    rows: Iterator[tuple[Record, tuple[str, ...]]],
    text: str,
    multi_label: bool,
    warnings: list[str],
) -> Iterator[TextExample]:
    empty = unlabelled = 0
    for record, labels in rows:
        value = as_text(record.values.get(text))
        if not value:
            empty += 1
        elif not labels and not multi_label:
            unlabelled += 1
        else:
            yield TextExample(value, labels, record.split, record.line)
    if empty:
        warnings.append(f"{empty} rows have an empty text; they are left out.")
    if unlabelled:
        warnings.append(f"{unlabelled} rows have no label; they are left out.")


def _labels(value: Any, delimiter: str | None) -> tuple[str, ...]:
    if is_missing(value):
        return ()
    if is_list(value):
        parts = [as_label(part) for part in value]
    else:
        parts = as_label(value).split(delimiter) if delimiter else [as_label(value)]
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _infer_label_column(sample: Sequence[Record], columns: Sequence[str], text: str) -> str:
    others = [column for column in columns if column != text]
    best = max(others, key=lambda column: _label_score(sample, column), default=None)
    if best is not None and _label_score(sample, best) >= 0:
        return best
    # A small sample may hold one label only; a column that is named like a label still counts.
    named = [column for column in others if column.lower() in LABEL_NAMES]
    if named:
        return named[0]
    raise DataError(
        f"no column of {', '.join(columns)} looks like a label (few values that repeat).",
        remedy="Name it with --label-column.",
    )


def _label_score(sample: Sequence[Record], column: str) -> float:
    """Rate a column as the label: by its name, then by how short its values are; -1 for no."""
    cells = [record.values.get(column) for record in sample]
    values = [as_label(cell) for cell in cells if not is_missing(cell)]
    distinct, name = len(set(values)), column.lower()
    if distinct < 2 or len(values) < len(cells) / 2 or any(isinstance(c, dict) for c in cells):
        return -1.0
    varied = distinct > max(0.5 * len(values), 2) and len(values) > 10
    if varied and name not in LABEL_NAMES:
        return -1.0
    bonus = 2 - LABEL_NAMES.index(name) / len(LABEL_NAMES) if name in LABEL_NAMES else 0.0
    return bonus + 0.1 / (1 + sum(map(len, values)) / len(values))


def _infer_delimiter(sample: Sequence[Record], label: str) -> str | None:
    """Return the delimiter whose parts are themselves among the labels that repeat."""
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
