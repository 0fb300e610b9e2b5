"""Messages to a bot, its turns, and the state of a session."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NotRequired, TypedDict

TurnKind = Literal[
    "small talk", "template", "answer", "question", "out of scope", "forbidden", "handover"
]


class BotMessage(TypedDict):
    """A message of a customer; ``thread`` names the conversation."""

    text: str
    thread: NotRequired[str | None]


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that an answer is based on: its source and its text."""

    source: str
    passage: str


@dataclass(frozen=True, slots=True)
class BotTurn:
    """One turn of the bot.

    ``confidence`` is the calibrated probability of the intent, ``score`` how well the best passage
    fits. ``reason`` explains the kind of the turn, ``summary`` is for the person who takes over,
    ``number`` identifies the turn in the audit log, for feedback.
    """

    kind: TurnKind
    text: str
    language: str
    intent: str | None = None
    confidence: float | None = None
    score: float | None = None
    citations: tuple[Citation, ...] = ()
    summary: str | None = None
    reason: str = ""
    thread: str = ""
    number: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


@dataclass(slots=True)
class SessionState:
    """What a bot remembers of a conversation from turn to turn.

    ``choices`` are the questions offered in the last turn, ``misses`` the turns in a row in which
    the customer was not understood, ``messages`` the last (speaker, text) pairs, masked.
    """

    language: str | None = None
    slots: dict[str, str] = field(default_factory=dict)
    intent: str | None = None
    pending_slot: str | None = None
    choices: list[str] = field(default_factory=list)
    last_question: str | None = None
    misses: int = 0
    messages: list[tuple[str, str]] = field(default_factory=list)
