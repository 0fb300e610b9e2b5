"""What a bot says in a turn, and what it keeps in mind of a conversation."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal[
    "small talk", "template", "answer", "question", "out of scope", "forbidden", "handover"
]


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that an answer rests on: where it stands, and the words it was taken from."""

    source: str
    passage: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer. ``confidence`` is the intent's calibrated probability; ``score`` the passage's.

    ``because`` says in words why the turn is of its ``kind``; ``summary`` is what a person who
    takes over gets to read; ``number`` is the turn's in the audit log, for feedback.
    """

    kind: Kind
    text: str
    language: str
    intent: str | None = None
    confidence: float | None = None
    score: float | None = None
    citations: tuple[Citation, ...] = ()
    summary: str | None = None
    because: str = ""
    thread: str = ""
    number: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


@dataclass(slots=True)
class Memory:
    """What is kept of a conversation from turn to turn."""

    language: str | None = None
    slots: dict[str, str] = field(default_factory=dict)
    intent: str | None = None
    pending_slot: str | None = None
    choices: list[str] = field(default_factory=list)
    last_question: str | None = None
    misses: int = 0
    said: list[tuple[str, str]] = field(default_factory=list)
