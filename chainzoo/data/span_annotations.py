"""Labelled spans of texts, in the forms in which annotation tools export them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chainzoo.data.examples import Span
from chainzoo.data.records import Record

SPAN_COLUMNS = ("label", "labels", "entities", "spans", "ents", "annotations")
TEXT_COLUMNS = ("text", "sentence", "content", "data")


START_FIELDS = ("start", "start_offset", "begin")
END_FIELDS = ("end", "end_offset")
TYPE_FIELDS = ("label", "labels", "entity", "entity_type", "type", "tag")
SPAN_TEXT_FIELDS = ("text", "value", "word")


@dataclass(frozen=True, slots=True)
class AnnotatedSpan:
    """A span as it is written; ``text`` is its text where the tool exports that too."""

    start: int
    end: int
    label: str
    text: str | None = None


def find_span_columns(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the columns of the text and of its spans, or ``None`` if there are no spans.

    An empty list is no sign of spans: texts with no label have one as well.
    """
    for spans in SPAN_COLUMNS:
        if not isinstance(values.get(spans), list | dict) or not values[spans]:
            continue
        for text in TEXT_COLUMNS:
            content = values.get(text)
            content = content.get("text") if isinstance(content, dict) else content
            if isinstance(content, str) and parse_spans(values[spans]) is not None:
                return text, spans
    return None


def text_of(record: Record, column: str) -> str:
    """Return the text in a column, also where it is nested as ``{"text": …}``."""
    content = record.values.get(column)
    return str(content.get("text", "")) if isinstance(content, dict) else str(content or "")


def parse_spans(value: Any) -> list[AnnotatedSpan] | None:
    """Parse the spans in a cell: ``[[0, 4, "PER"]]``, a list of objects, or CLUENER's object.

    ``None`` says that the cell holds something else.
    """
    try:
        if isinstance(value, dict):
            return list(_from_cluener(value))
        if isinstance(value, list):
            return [span for item in value for span in _from_item(item)]
    except (AttributeError, KeyError, TypeError, ValueError, IndexError):
        return None
    return None


def _from_cluener(value: Mapping[str, Any]) -> Iterator[AnnotatedSpan]:
    """Parse ``{label: {text: [[start, end], …]}}``."""
    for label, texts in value.items():
        for text, ranges in texts.items():
            for start, end in ranges:
                yield AnnotatedSpan(int(start), int(end), label, text)


def _from_item(item: Any) -> Iterator[AnnotatedSpan]:
    if isinstance(item, Span):
        yield AnnotatedSpan(item.start, item.end, item.label)
    elif isinstance(item, dict):
        label = _field(item, TYPE_FIELDS)
        label = label[0] if isinstance(label, list) else label
        if not isinstance(label, str | int) or label == "":
            raise ValueError("a span without a label")
        start, end = int(_field(item, START_FIELDS)), int(_field(item, END_FIELDS))
        text = _field(item, SPAN_TEXT_FIELDS)
        yield AnnotatedSpan(start, end, str(label), text if isinstance(text, str) else None)
    elif isinstance(item, list | tuple):
        first, after, label = item[:3]
        if not isinstance(label, str | int) or (isinstance(first, str) and not first.isdigit()):
            raise ValueError("no span")
        yield AnnotatedSpan(int(first), int(after), str(label))
    else:
        raise ValueError("no span")


def _field(item: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((item[name] for name in names if item.get(name) is not None), None)


def infer_end_inclusive(sample: Sequence[Record], columns: tuple[str, str]) -> bool:
    """Return whether the end of a span is its last character, rather than the one after it.

    Spans that are exported with their text decide; others vote by whether they would end inside
    of a word.
    """
    votes = 0
    for record in sample:
        content = text_of(record, columns[0])
        for span in parse_spans(record.values.get(columns[1])) or []:
            if span.text is not None:
                votes += content[span.start : span.end + 1] == span.text
                votes -= content[span.start : span.end] == span.text
                continue
            last, following = content[span.end - 1 : span.end], content[span.end : span.end + 1]
            splits_word = last.isalnum() and following.isalnum()
            votes += splits_word and content.isascii()
            votes -= not splits_word
    return votes > 0
