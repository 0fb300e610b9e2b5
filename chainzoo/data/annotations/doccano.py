"""doccano's rows: entities with relations, intents with slots, and the numbers of version 1.0.

Rows with a text and ``[start, end, label]`` or with labels are plain rows; converters read them.
brat's and WebAnno's readers yield the rows with relations as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chainzoo.data.annotations.annotation_format import (
    UNKNOWN_SPANS,
    AnnotatedRelation,
    AnnotatedText,
    RowAnnotationFormat,
)
from chainzoo.data.cells import as_label, is_list
from chainzoo.data.losses import RowLosses
from chainzoo.data.offsets import resolve_spans
from chainzoo.data.span_annotations import parse_spans


class DoccanoFormat(RowAnnotationFormat):
    """Rows with entities that have identifiers, with relations or with categories."""

    title = "doccano"
    priority = 30

    def matches(self, values: Mapping[str, Any]) -> bool:
        """A text with ``entities`` and ``relations`` or ``cats``, or with old annotations."""
        if not isinstance(values.get("text"), str):
            return False
        has_entities = isinstance(values.get("entities"), list)
        is_relational = isinstance(values.get("relations"), list)
        has_intents = is_list(values.get("cats"))
        return (has_entities and (is_relational or has_intents)) or _is_old(values)

    def annotate(self, values: Mapping[str, Any], losses: RowLosses) -> AnnotatedText | None:
        """Return the entities and relations, the categories, or the old annotations."""
        text = values["text"]
        if _is_old(values):
            items = values["annotations"]
            if any("start_offset" not in item for item in items):
                return AnnotatedText(text, tuple(as_label(item["label"]) for item in items))
        else:
            items = values.get("entities") or []
        parsed = parse_spans(items)
        if parsed is None:
            losses.add(UNKNOWN_SPANS)
            return None
        spans = [resolve_spans(text, [span], losses) for span in parsed]
        by_id = {
            str(item["id"]): span[0]
            for item, span in zip(items, spans, strict=True)
            if isinstance(item, Mapping) and "id" in item and span
        }
        ends = {name: (span.start, span.end) for name, span in by_id.items()}
        links = values.get("relations")
        relations = tuple(_relations(links, ends, losses)) if isinstance(links, list) else None
        labels = tuple(map(as_label, values["cats"])) if is_list(values.get("cats")) else None
        return AnnotatedText(text, labels, tuple(s for each in spans for s in each), relations)


FORMAT = DoccanoFormat()


def _is_old(values: Mapping[str, Any]) -> bool:
    items = values.get("annotations")
    return (
        isinstance(items, list)
        and "data" not in values
        and all(isinstance(item, Mapping) and "label" in item for item in items)
        and ("meta" in values or any("user" in item or "start_offset" in item for item in items))
    )


def _relations(
    links: Sequence[Any], ends: Mapping[str, tuple[int, int]], losses: RowLosses
) -> Iterator[AnnotatedRelation]:
    for link in links:
        fields = link if isinstance(link, Mapping) else {}
        first = ends.get(str(fields.get("from_id")))
        second = ends.get(str(fields.get("to_id")))
        label = fields.get("type") or fields.get("label")
        if first is None or second is None or not label:
            losses.add("relations lack a label or an entity; they are left out.")
            continue
        yield AnnotatedRelation(first, second, str(label))
