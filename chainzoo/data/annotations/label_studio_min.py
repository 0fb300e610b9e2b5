"""Label Studio's JSON-MIN and CSV: one row an annotation, with a column for each control."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from chainzoo.data.annotations.annotation_format import (
    AnnotatedRecords,
    AnnotatedText,
    AnnotationFormat,
)
from chainzoo.data.annotations.annotators import choose_annotation
from chainzoo.data.annotations.label_studio import (
    CHOICE_TYPES,
    SPAN_TYPES,
    TEXT_KEYS,
    choices_of,
    span_of,
    text_of_html,
)
from chainzoo.data.cells import is_missing
from chainzoo.data.columns import find_column
from chainzoo.data.losses import RowLosses
from chainzoo.data.offsets import resolve_spans
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record

TASK_ID = "id"
FIELDS = ("annotation_id", "annotator", "created_at", "updated_at", "lead_time")
OTHER_FIELDS = ("agreement", "predictions", "inner_id", "total_annotations")


class LabelStudioMinFormat(AnnotationFormat):
    """Rows with the data of a task, its ``id``, and what one annotator answered."""

    title = "Label Studio (JSON-MIN or CSV)"
    priority = 11

    def matches(self, values: Mapping[str, Any]) -> bool:
        """Rows with an annotator or an annotation, and times."""
        return sum(name in values for name in FIELDS) >= 3

    def parse(
        self,
        records: Iterable[Record],
        sample: Sequence[Record],
        options: ReadOptions,
        losses: RowLosses,
    ) -> AnnotatedRecords:
        """Yield the answers; those of several annotators stand in rows with one ``id``."""
        columns = tuple(dict.fromkeys(name for record in sample for name in record.values))
        controls = _controls(sample, columns)
        named = find_column(options.label_column, columns, "label_column")
        spans = [c for c in controls if any(_regions(r.values.get(c)) for r in sample)]
        choices = [named] if named else [c for c in controls if c not in spans][:1]
        spans = [c for c in spans if named in (None, c)]
        text = find_column(options.text_column, columns, "text_column")
        text = text or _text_column(sample, columns, controls)
        for _, group in groupby(records, key=_task_of):
            rows = [row for row in group if not _is_cancelled(row, losses)]
            answers = [_answer(row.values, text, spans, choices, losses) for row in rows]
            given = [(row, a) for row, a in zip(rows, answers, strict=True) if a is not None]
            if given:
                answers = [answer for _, answer in given]
                marked = [bool(row.values.get("ground_truth")) for row, _ in given]
                chosen = choose_annotation([a for _, a in given], marked, losses)
                yield given[0][0], chosen


FORMAT = LabelStudioMinFormat()


def _task_of(record: Record) -> Any:
    name = record.values.get(TASK_ID)
    return record.line if name is None or isinstance(name, list | dict) else str(name)


def _controls(sample: Sequence[Record], columns: Sequence[str]) -> list[str]:
    """Return the columns of controls: they stand after the task's ``id``, its data before it."""
    others = {TASK_ID, *FIELDS, *OTHER_FIELDS, "ground_truth", "was_cancelled"}
    after: list[str] = []
    for record in sample:
        names = list(record.values)
        start = names.index(TASK_ID) if TASK_ID in names else len(names)
        after += names[start:]
    by_shape = [c for c in columns if any(_regions(r.values.get(c)) for r in sample)]
    return [name for name in dict.fromkeys((*after, *by_shape)) if name not in others]


def _text_column(sample: Sequence[Record], columns: Sequence[str], controls: Sequence[str]) -> str:
    data = [c for c in columns if c not in (TASK_ID, *FIELDS, *OTHER_FIELDS, *controls)]
    named = next((c for c in TEXT_KEYS if c in data), None)

    def length(column: str) -> int:
        return sum(len(str(record.values.get(column) or "")) for record in sample)

    return named or max(data or columns, key=length)


def _decoded(value: Any) -> Any:
    """Return a cell of a CSV export, in which lists and objects are written as JSON."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _regions(value: Any) -> list[Mapping[str, Any]]:
    items = _decoded(value)
    if not isinstance(items, list):
        return []
    return [
        item for item in items if isinstance(item, Mapping) and any(t in item for t in SPAN_TYPES)
    ]


def _is_cancelled(record: Record, losses: RowLosses) -> bool:
    if str(record.values.get("was_cancelled", "")).lower() not in ("true", "1"):
        return False
    losses.add("annotations were cancelled or skipped; they are left out.")
    return True


def _answer(
    values: Mapping[str, Any],
    column: str,
    span_columns: Sequence[str],
    choice_columns: Sequence[str],
    losses: RowLosses,
) -> AnnotatedText | None:
    if all(is_missing(values.get(name)) for name in ("annotation_id", "annotator")):
        losses.add("rows have no annotation; they are left out.")
        return None
    text = str(values.get(column) or "")
    regions = [region for name in span_columns for region in _regions(values.get(name))]
    if any("globalOffsets" in region for region in regions):
        text = text_of_html(text)
    found = [span for region in regions if (span := span_of(region, losses))]
    spans = resolve_spans(text, found, losses, utf16=True) if span_columns else None
    labels = [label for name in choice_columns for label in _choices(values.get(name))]
    has_answer = any(not is_missing(values.get(name)) for name in choice_columns)
    return AnnotatedText(text, tuple(dict.fromkeys(labels)) if has_answer else None, spans)


def _choices(value: Any) -> Iterator[str]:
    cell = _decoded(value)
    if isinstance(cell, Mapping):
        cell = next((cell[name] for name in CHOICE_TYPES if name in cell), None)
    if not is_missing(cell):
        yield from choices_of(cell)
