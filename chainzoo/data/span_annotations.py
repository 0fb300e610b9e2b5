"""Labelled spans of texts, in the forms in which annotation tools export them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chainzoo.data.records import Record

SPAN_COLUMNS = ("label", "labels", "entities", "spans", "annotations")
TEXT_COLUMNS = ("text", "sentence", "content", "data")


@dataclass(frozen=True, slots=True)
class AnnotatedSpan:
    """A span as it is written; ``text`` is its text where the tool exports that too."""

    start: int
    end: int
    label: str
    text: str | None = None


def find_span_columns(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the columns of the text and of its spans, or ``None`` if there are no spans."""
    for spans in SPAN_COLUMNS:
        if spans not in values:
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
    """Parse the spans in a cell (doccano, CLUENER, Label Studio); ``None`` for other values."""
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
    if isinstance(item, dict) and "result" in item:  # Label Studio
        values = [r["value"] for r in item["result"] if r.get("type", "labels") == "labels"]
        for value in values:
            label, text = value["labels"][0], value.get("text")
            yield AnnotatedSpan(int(value["start"]), int(value["end"]), label, text)
    elif isinstance(item, dict):
        begin = str(item.get("start", item.get("start_offset")))
        end = str(item.get("end", item.get("end_offset")))
        label = item.get("label") or item["labels"][0]
        yield AnnotatedSpan(int(begin), int(end), str(label), item.get("text"))
    else:
        first, after, label = item
        yield AnnotatedSpan(int(first), int(after), str(label))


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
