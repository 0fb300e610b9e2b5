"""The typed answers of tuned models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TextPrediction:
    """The label or labels of a text.

    ``label`` is the single label (``None`` for multi-label when nothing applies), ``score`` its
    probability; ``labels`` are all that apply; ``scores`` has every label's probability, the
    highest first.
    """

    label: str | None
    score: float
    labels: tuple[str, ...]
    scores: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """What becomes the JSON of this answer."""
        return {
            "label": self.label,
            "score": self.score,
            "labels": list(self.labels),
            "scores": self.scores,
        }


@dataclass(frozen=True, slots=True)
class Entity:
    """A named stretch of a text: characters ``start`` up to but not including ``end``."""

    text: str
    label: str
    start: int
    end: int
    score: float

    def as_dict(self) -> dict[str, Any]:
        """What becomes the JSON of this entity."""
        return {
            "text": self.text,
            "label": self.label,
            "start": self.start,
            "end": self.end,
            "score": self.score,
        }


@dataclass(frozen=True, slots=True)
class TokenPrediction:
    """The entities of a text, and the IOB2 tag and its probability for each of its tokens."""

    entities: tuple[Entity, ...]
    tags: tuple[str, ...]
    scores: tuple[float, ...]

    def as_dict(self) -> dict[str, Any]:
        """What becomes the JSON of this answer: the entities."""
        return {"entities": [entity.as_dict() for entity in self.entities]}
