"""Dataturks' JSON Lines: a content with annotations whose last character is their end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chainzoo.data.annotations.annotation_format import AnnotatedText, RowAnnotationFormat
from chainzoo.data.losses import RowLosses
from chainzoo.data.offsets import resolve_spans
from chainzoo.data.span_annotations import AnnotatedSpan


class DataturksFormat(RowAnnotationFormat):
    """Rows as ``{"content": "…", "annotation": […]}``."""

    title = "Dataturks"
    priority = 50

    def matches(self, values: Mapping[str, Any]) -> bool:
        """A content with points, with labels, or without annotation."""
        if not isinstance(values.get("content"), str) or "annotation" not in values:
            return False
        annotation = values["annotation"]
        if isinstance(annotation, Mapping):
            return isinstance(annotation.get("labels"), list)
        items = annotation or []
        is_points = isinstance(items, list) and all(
            isinstance(item, Mapping) and "points" in item and "label" in item for item in items
        )
        return is_points and bool(items or "extras" in values)

    def annotate(self, values: Mapping[str, Any], losses: RowLosses) -> AnnotatedText | None:
        """Return the labels of the text, or the entities."""
        text, annotation = values["content"], values["annotation"]
        if annotation is None:
            losses.add("rows have no annotation; they are left out.")
            return None
        if isinstance(annotation, Mapping):
            return AnnotatedText(text, tuple(map(str, annotation.get("labels") or ())))
        spans = list(_spans(annotation, losses))
        return AnnotatedText(text, spans=resolve_spans(text, spans, losses, inclusive=True))


FORMAT = DataturksFormat()


def _spans(items: Any, losses: RowLosses) -> Iterator[AnnotatedSpan]:
    for item in items if isinstance(items, list) else ():
        try:
            labels = item["label"]
            label = labels if isinstance(labels, str) else labels[0]
            for point in item["points"]:
                yield AnnotatedSpan(
                    int(point["start"]), int(point["end"]), label, point.get("text")
                )
        except (KeyError, IndexError, TypeError, ValueError):
            losses.add("annotations have no label or no offsets; they are left out.")
