"""A bot judged on questions whose answers (or intents) are known."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chains.customer_service.bot import Bot
from chains.customer_service.history import INTENTS, TEXTS, column
from chains.customer_service.turn import Turn
from chainzoo import DataError, read_rows

ANSWERS = ("answer", "expected", "reply", "response")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and what is right: an answer, an intent, or neither (nothing fits)."""

    text: str
    answer: str | None = None
    intent: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a bot did. ``right`` and ``wrong`` are among those answered."""

    questions: int
    answered: int
    right: int
    wrong: int
    asked_back: int
    handed_over: int
    out_of_scope: int
    rightly_not_answered: int
    median_ms: float
    slowest_ms: float
    mistakes: tuple[dict[str, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


def read_questions(path: str | Path) -> list[Question]:
    """The questions in a table; with columns ``answer`` or ``intent`` for what is right.

    Raises:
        DataError: there is no column with questions, or none with what is right.
    """
    rows = list(read_rows(path))
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = column(columns, ("question", *TEXTS))
    others = [name for name in columns if name != text]
    answer, intent = column(others, ANSWERS), column(others, INTENTS)
    if text is None or not (answer or intent):
        raise DataError(
            f"it has the columns {', '.join(columns) or 'none'}.",
            file=path,
            remedy="Give a column question, and a column answer or intent.",
        )
    found = [
        Question(
            str(row[text]).strip(),
            str(row.get(answer) or "").strip() or None if answer else None,
            str(row.get(intent) or "").strip() or None if intent else None,
        )
        for row in rows
        if str(row.get(text) or "").strip()
    ]
    if not found:
        raise DataError("there are no questions in it.", file=path, remedy="Give some.")
    return found


def judge(bot: Bot, questions: Sequence[Question]) -> Judgement:
    """Ask each question in a conversation of its own, and count."""
    turns = [bot.invoke(question.text) for question in questions]
    pairs = list(zip(questions, turns, strict=True))
    answered = [(q, t) for q, t in pairs if t.kind in ("answer", "template")]
    right = [(q, t) for q, t in answered if is_right(q, t)]
    wrong = [(q, t) for q, t in answered if not is_right(q, t)]
    silent = [q for q, t in pairs if t.kind not in ("answer", "template")]
    times = [turn.seconds * 1000 for turn in turns]
    kinds = [turn.kind for turn in turns]
    return Judgement(
        len(questions),
        len(answered),
        len(right),
        len(wrong),
        kinds.count("question"),
        kinds.count("handover"),
        kinds.count("out of scope"),
        sum(q.answer is None and q.intent is None for q in silent),
        round(statistics.median(times), 1),
        round(max(times), 1),
        tuple(
            {"asked": q.text, "said": t.text, "right": q.answer or q.intent or ""} for q, t in wrong
        ),
    )


def is_right(question: Question, turn: Turn) -> bool:
    """Whether an answered turn says what is right: the answer itself, or the intent's template."""
    if question.answer is not None:
        wanted, said = _plain(question.answer), _plain(turn.text)
        return bool(said) and (wanted in said or said in wanted)
    return question.intent is not None and turn.intent == question.intent


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
