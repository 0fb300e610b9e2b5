"""What is extracted: entity mentions, facts, and the facts of one document."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class EntityMention:
    """A name in a document: characters ``start`` up to but not including ``end``.

    ``entity_id`` is the same for all names that were linked to one entity.
    """

    text: str
    type: str
    start: int
    end: int
    score: float
    entity_id: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A relation from ``head`` to ``tail``; ``evidence`` is the sentence that states it."""

    head: EntityMention
    relation: str
    tail: EntityMention
    score: float
    evidence: str


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """The mentions and facts of one document; ``metadata`` names its file, page, row or heading."""

    metadata: dict[str, Any]
    mentions: tuple[EntityMention, ...]
    facts: tuple[Fact, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)
