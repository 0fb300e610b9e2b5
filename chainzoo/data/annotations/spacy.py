"""spaCy's training data: ``[text, {"entities": …}]``, and objects with ``ents`` or ``cats``.

``Doc.to_json()`` writes such objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainzoo.data.annotations.annotation_format import (
    UNKNOWN_SPANS,
    AnnotatedText,
    RowAnnotationFormat,
)
from chainzoo.data.losses import RowLosses
from chainzoo.data.offsets import resolve_spans
from chainzoo.data.span_annotations import parse_spans

PAIR = {"column 1", "column 2"}
ENTITIES = ("entities", "ents")
MIN_CATEGORY = 0.5  # spaCy's default threshold of a category.


class SpacyFormat(RowAnnotationFormat):
    """Texts with entities and with categories from 0 to 1."""

    title = "spaCy"
    priority = 40

    def matches(self, values: Mapping[str, Any]) -> bool:
        """A text paired with an object of entities or categories, or an object with these."""
        fields = _fields(values)
        if fields is None:
            return False
        is_pair = set(values) == PAIR
        has_spans = any(isinstance(fields.get(name), list) for name in ENTITIES)
        has_ents = isinstance(fields.get("ents"), list)
        return _has_categories(fields) or has_ents or (is_pair and has_spans)

    def annotate(self, values: Mapping[str, Any], losses: RowLosses) -> AnnotatedText | None:
        """Return the entities and the categories of at least one half."""
        fields = _fields(values) or {}
        text = str(values.get("column 1") if set(values) == PAIR else values.get("text") or "")
        entities = next((fields[name] for name in ENTITIES if fields.get(name) is not None), None)
        spans = None
        if entities is not None:
            parsed = parse_spans(entities)
            if parsed is None:
                losses.add(UNKNOWN_SPANS)
                return None
            spans = resolve_spans(text, parsed, losses)
        labels = None
        if _has_categories(fields):
            labels = tuple(name for name, value in fields["cats"].items() if value >= MIN_CATEGORY)
        return AnnotatedText(text, labels, spans)


FORMAT = SpacyFormat()


def _fields(values: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if set(values) == PAIR:
        second = values["column 2"]
        return second if isinstance(values["column 1"], str) and isinstance(second, dict) else None
    return values if isinstance(values.get("text"), str) else None


def _has_categories(fields: Mapping[str, Any]) -> bool:
    """Return whether there is an object of categories; an empty one says nothing."""
    categories = fields.get("cats")
    return (
        isinstance(categories, Mapping)
        and bool(categories)
        and all(isinstance(value, int | float) for value in categories.values())
    )
