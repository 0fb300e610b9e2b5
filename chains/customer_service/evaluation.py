"""Evaluate a bot on questions with known answers or intents."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chains.customer_service.bot import Bot
from chains.customer_service.history_reader import INTENT_COLUMNS, TEXT_COLUMNS, find_column
from chains.customer_service.turns import BotTurn
from chainzoo import DataError, read_rows

ANSWER_COLUMNS = ("answer", "expected", "reply", "response")
ANSWERED_KINDS = ("answer", "template")


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question with the right answer or intent; with neither, it is out of scope."""

    text: str
    answer: str | None = None
    intent: str | None = None


@dataclass(frozen=True, slots=True)
class BotEvaluation:
    """Counts of turns; ``correct`` and ``wrong`` are among the answered questions."""

    questions: int
    answered: int
    correct: int
    wrong: int
    asked_back: int
    handed_over: int
    out_of_scope: int
    correctly_unanswered: int
    median_ms: float
    max_ms: float
    mistakes: tuple[dict[str, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def read_questions(path: str | Path) -> list[LabelledQuestion]:
    """Read questions from a table with a column of answers or of intents.

    Raises:
        DataError: a column is missing, or there are no questions.
    """
    rows = list(read_rows(path))
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = find_column(columns, ("question", *TEXT_COLUMNS))
    others = [name for name in columns if name != text]
    answer, intent = find_column(others, ANSWER_COLUMNS), find_column(others, INTENT_COLUMNS)
    if text is None or not (answer or intent):
        raise DataError(
            f"it has the columns {', '.join(columns) or 'none'}.",
            file=path,
            remedy="Give a column question, and a column answer or intent.",
        )

    def cell(row: Any, column: str | None) -> str | None:
        return str(row.get(column) or "").strip() or None if column else None

    questions = [
        LabelledQuestion(question, cell(row, answer), cell(row, intent))
        for row in rows
        if (question := cell(row, text))
    ]
    if not questions:
        raise DataError("there are no questions in it.", file=path, remedy="Add questions.")
    return questions


def evaluate_bot(bot: Bot, questions: Sequence[LabelledQuestion]) -> BotEvaluation:
    """Ask each question in a conversation of its own, and count the turns."""
    turns = [bot.invoke(question.text) for question in questions]
    pairs = list(zip(questions, turns, strict=True))
    answered = [(q, t) for q, t in pairs if t.kind in ANSWERED_KINDS]
    unanswered = [q for q, t in pairs if t.kind not in ANSWERED_KINDS]
    wrong = [(q, t) for q, t in answered if not is_correct(q, t)]
    milliseconds = [turn.seconds * 1000 for turn in turns]
    kinds = [turn.kind for turn in turns]
    return BotEvaluation(
        len(questions),
        len(answered),
        len(answered) - len(wrong),
        len(wrong),
        kinds.count("question"),
        kinds.count("handover"),
        kinds.count("out of scope"),
        sum(q.answer is None and q.intent is None for q in unanswered),
        round(statistics.median(milliseconds), 1),
        round(max(milliseconds), 1),
        tuple(
            {"question": q.text, "answer": t.text, "expected": q.answer or q.intent or ""}
            for q, t in wrong
        ),
    )


def is_correct(question: LabelledQuestion, turn: BotTurn) -> bool:
    """Return whether an answered turn has the right answer, or the right intent's template."""
    if question.answer is not None:
        expected, given = _normalize(question.answer), _normalize(turn.text)
        return bool(given) and (expected in given or given in expected)
    return question.intent is not None and turn.intent == question.intent


def _normalize(text: str) -> str:
    return " ".join(text.lower().split())
