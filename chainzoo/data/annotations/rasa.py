"""Rasa's training examples: texts with an intent and entities.

The readers of Rasa's YAML and Markdown yield such rows; its JSON holds them as they are.
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
from chainzoo.data.span_annotations import AnnotatedSpan


class RasaFormat(RowAnnotationFormat):
    """Rows as ``{"text": "…", "intent": "…", "entities": […]}``."""

    title = "Rasa"
    priority = 35

    def matches(self, values: Mapping[str, Any]) -> bool:
        """A text with an intent and a list of entities."""
        return (
            isinstance(values.get("text"), str)
            and "intent" in values
            and isinstance(values.get("entities"), list)
        )

    def annotate(self, values: Mapping[str, Any], losses: RowLosses) -> AnnotatedText | None:
        """Return the intent and the entities."""
        text, intent = values["text"], values.get("intent")
        name = intent.get("name") if isinstance(intent, Mapping) else intent
        try:
            parsed = [
                AnnotatedSpan(int(item["start"]), int(item["end"]), str(item["entity"]))
                for item in values["entities"]
            ]
        except (KeyError, TypeError, ValueError):
            losses.add(UNKNOWN_SPANS)
            return None
        labels = (str(name),) if name else None
        return AnnotatedText(text, labels, resolve_spans(text, parsed, losses))


FORMAT = RasaFormat()
