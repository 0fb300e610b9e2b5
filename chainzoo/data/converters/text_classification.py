"""Records as texts with labels: which column is which, one label or several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chainzoo.data.cells import as_label, is_list, is_missing, is_nested
from chainzoo.data.columns import (
    LABEL_NAMES,
    PAIRS,
    find_columns,
    first_column,
    infer_text_column,
    join_texts,
)
from chainzoo.data.converters.converter import Converted, Converter
from chainzoo.data.doubts import label_doubts, text_doubts
from chainzoo.data.examples import TextExample
from chainzoo.data.missing_labels import MissingLabels
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.data.shape import unknown_shape
from chainzoo.data.value_kinds import is_id_name, is_indicator, kind_of
from chainzoo.errors import DataError

LABEL_DELIMITERS = ("|", ";", ",")
MAX_LABEL_RATIO = 0.5  # With more labels per row the column holds something else.
NO = frozenset({"", "0", "false", "no"})


class TextClassificationConverter(Converter):
    """Texts with labels."""

    task = "text-classification"
    priority = 90
    annotation = "labels"

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
        texts = _text_columns(sample, options, columns)
        names = _label_columns(options.label_column, columns)
        indicators = [] if names else _infer_indicators(sample, columns, texts)
        if len(names or indicators) > 1:
            return _from_indicators(records, sample, texts, names or indicators, options)
        label = names[0] if names else _infer_label_column(sample, columns, texts)
        delimiter = options.label_delimiter or _infer_delimiter(sample, label)
        multi_label = delimiter is not None or _has_several(sample, label)
        if records.multi_label is not None:
            multi_label = records.multi_label
        inferred = _inferred_text_column(texts, options)
        if not options.label_column:
            reason = "few values that repeat"
            inferred.append(InferredOption("label column", label, reason, "label_column"))
        if multi_label:
            reason = "lists or a delimiter in the cells"
            inferred.append(InferredOption("labels per row", "several", reason, "label_delimiter"))
        missing = MissingLabels.of_sample(sample, label)
        for word in sorted(missing.classes):
            reason = "it stands in a good share of the rows"
            inferred.append(InferredOption("class, not a missing value", word, reason))
        warnings: list[str] = []
        return Converted(
            _stream(_Labels(label, delimiter, missing), records.rows, texts, multi_label, warnings),
            inferred=inferred,
            warnings=warnings,
            doubts=text_doubts(sample, columns, texts, [label], options)
            + label_doubts(sample, columns, texts, label, options),
            columns={"text": ",".join(texts), "label": label},
            multi_label=multi_label,
            max_label_ratio=MAX_LABEL_RATIO,
        )


@dataclass(frozen=True, slots=True)
class _Labels:
    """The labels of a row, in one cell."""

    column: str
    delimiter: str | None
    missing: MissingLabels

    def __call__(self, record: Record) -> tuple[str, ...]:
        return _labels(record.values.get(self.column), self.delimiter, self.missing)

    def count_missing(self, record: Record) -> None:
        """Count a row without a label."""
        self.missing.count(record.values.get(self.column))

    def summary(self) -> str:
        """Return what stands in the cells without a label."""
        return f" ({summary})" if (summary := self.missing.summary()) else ""


@dataclass(frozen=True, slots=True)
class _Indicators:
    """The labels of a row, in columns of 0 and 1."""

    names: Sequence[str]

    def __call__(self, record: Record) -> tuple[str, ...]:
        values = {name: record.values.get(name) for name in self.names}
        return tuple(n for n, v in values.items() if not is_missing(v) and _is_set(v))

    def count_missing(self, record: Record) -> None:
        """Do nothing: a row may have no label."""

    def summary(self) -> str:
        """Return nothing: a row may have no label."""
        return ""


CONVERTER = TextClassificationConverter()


def _text_columns(
    sample: Sequence[Record], options: ReadOptions, columns: Sequence[str]
) -> list[str]:
    """Return the column of the texts, or both columns of a pair."""
    if options.text_column:
        return find_columns(options.text_column, columns, "text_column")
    pair = next((p for p in PAIRS if all(first_column((n,), columns) for n in p)), None)
    if pair:
        return [str(first_column((name,), columns)) for name in pair]
    return [infer_text_column(sample, columns)]


def _inferred_text_column(texts: Sequence[str], options: ReadOptions) -> list[InferredOption]:
    if options.text_column:
        return []
    if len(texts) > 1:
        reason = "their names: both texts of a pair are read"
        return [InferredOption("text columns", ",".join(texts), reason, "text_column")]
    reason = "the longest and most varied values"
    return [InferredOption("text column", texts[0], reason, "text_column")]


def _label_columns(option: str | None, columns: Sequence[str]) -> list[str]:
    """Return the columns that the option names: one, or several with commas between."""
    return [] if option is None else find_columns(option, columns, "label_column")


def _infer_indicators(
    sample: Sequence[Record], columns: Sequence[str], texts: Sequence[str]
) -> list[str]:
    """Return the columns of 0 and 1 that make several labels; none if one is named as a label."""
    rest = [name for name in columns if name not in texts]
    if any(n.lower() in LABEL_NAMES and _label_score(sample, n) >= 0 for n in rest):
        return []
    found = [n for n in rest if is_indicator(sample, n) and not is_id_name(n)]
    return found if len(found) > 1 else []


def _from_indicators(
    records: Records,
    sample: Sequence[Record],
    texts: Sequence[str],
    names: Sequence[str],
    options: ReadOptions,
) -> Converted:
    """Build examples from columns of 0 and 1, one for each label."""
    warnings: list[str] = []
    inferred = _inferred_text_column(texts, options)
    if not options.label_column:
        reason = "they hold nothing but 0 and 1: each is a label"
        inferred.append(InferredOption("label columns", ",".join(names), reason, "label_column"))
    return Converted(
        _stream(_Indicators(names), records.rows, texts, True, warnings),
        inferred=inferred,
        warnings=warnings,
        doubts=text_doubts(sample, records.columns, texts, names, options),
        columns={"text": ",".join(texts), "label": ",".join(names)},
        multi_label=True,
        max_label_ratio=MAX_LABEL_RATIO,
    )


def _is_set(value: Any) -> bool:
    return as_label(value).lower() not in NO


def _stream(
    labels_of: _Labels | _Indicators,
    rows: Iterator[Record],
    texts: Sequence[str],
    multi_label: bool,
    warnings: list[str],
) -> Iterator[TextExample]:
    empty = unlabelled = several = 0
    for record in rows:
        value = join_texts(record.values, texts)
        labels = labels_of(record)
        if not value:
            empty += 1
        elif not labels and not multi_label:
            unlabelled += 1
            labels_of.count_missing(record)
        elif len(labels) > 1 and not multi_label:
            several += 1
        else:
            yield TextExample(value, labels, record.split, record.line)
    if empty:
        warnings.append(f"{empty} rows have an empty text; they are left out.")
    if unlabelled:
        found = labels_of.summary()
        warnings.append(f"{unlabelled} rows have no label{found}; they are left out.")
    if several:
        warnings.append(f"{several} rows have several labels, others one; they are left out.")


def _has_several(sample: Sequence[Record], label: str) -> bool:
    """Return whether a list in the column holds several labels: one a list is a single label."""
    return any(is_list(r.values.get(label)) and len(r.values[label]) > 1 for r in sample)


def _labels(value: Any, delimiter: str | None, missing: MissingLabels) -> tuple[str, ...]:
    if missing.is_missing(value):
        return ()
    if is_list(value):
        parts = [as_label(part) for part in value]
    else:
        parts = as_label(value).split(delimiter) if delimiter else [as_label(value)]
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _infer_label_column(
    sample: Sequence[Record], columns: Sequence[str], texts: Sequence[str]
) -> str:
    others = [column for column in columns if column not in texts]
    best = max(others, key=lambda column: _label_score(sample, column), default=None)
    if best is not None and _label_score(sample, best) >= 0:
        return best
    # A small sample may hold one label only; a column that is named like a label still counts.
    nested = [c for c in columns if any(is_nested(r.values.get(c)) for r in sample)]
    named = [c for c in others if c.lower() in LABEL_NAMES and c not in nested]
    if named:
        return named[0]
    if nested:
        raise unknown_shape(sample, columns)
    raise DataError(
        f"no column of {', '.join(columns)} looks like a label (few values that repeat).",
        remedy="Name it with --label-column.",
    )


def _label_score(sample: Sequence[Record], column: str) -> float:
    """Rate a column as the label: by its name, then by how short its values are; -1 for no."""
    cells = [record.values.get(column) for record in sample]
    values = [as_label(cell) for cell in cells if not is_missing(cell)]
    distinct, name = len(set(values)), column.lower()
    if name not in LABEL_NAMES and is_id_name(column):
        return -1.0
    if kind_of(sample, column) in ("date", "url"):
        return -1.0
    if distinct < 2 or len(values) < len(cells) / 2 or any(map(is_nested, cells)):
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
