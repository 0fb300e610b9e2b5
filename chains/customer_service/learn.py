"""Feedback becomes the next skill; one that does worse on held-out rows is not taken."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chains.customer_service.build import (
    BuildReport,
    Say,
    Stuff,
    keep,
    quiet,
    read_utterances,
)
from chains.customer_service.config import BotConfig
from chains.customer_service.history import Utterance
from chains.customer_service.knowledge import Entry, Knowledge, language_of_text
from chains.customer_service.log import Lesson, Log
from chains.customer_service.skill import known_languages

WORSE = 0.02  # Accuracy on held-out rows that a new skill may lose, or 1.64 standard errors of it.


@dataclass(frozen=True, slots=True)
class LearnReport:
    """What was learnt. ``taken`` is false where the new skill was worse and the old one stays."""

    lessons: int
    utterances: int
    entries: int
    taken: bool
    because: str
    build: BuildReport | None = None

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


def learn(config: BotConfig, say: Say = quiet) -> tuple[BotConfig, LearnReport]:
    """Make a new skill of the old one's material and the feedback since."""
    log = Log(config.folder / "log.db")
    lessons = log.lessons()
    folder = config.folder / (config.skill or "")
    training = read_utterances(folder / "training.jsonl")
    known = {u.intent for u in training}
    said = [u for u in utterances_of(lessons) if u.intent in known or not known]
    new = entries_of(lessons, config.language)
    if not said and not new:
        because = "there is no new feedback with something to learn from"
        return config, LearnReport(len(lessons), 0, 0, False, because)
    knowledge = Knowledge.load(folder, known_languages(config))
    told = {u.text for u in said}
    stuff = Stuff(
        _merged(knowledge.entries, new),
        [*[u for u in training if u.text not in told], *said] if training else [],
        read_utterances(folder / "held-out.jsonl"),
        read_utterances(folder / "outside.jsonl"),
    )
    if not said:
        say("No new messages with an intent: the intents are tuned again all the same")
    made, report = keep(config, stuff, say)
    before = json.loads((folder / "report.json").read_text(encoding="utf-8"))["held_out"]
    old, now = before.get("accuracy", 0.0), report.held_out.get("accuracy", 0.0)
    rows = max(before.get("rows", 1.0), 1.0)
    if now < old - max(WORSE, 1.64 * math.sqrt(old * (1 - old) / rows)):
        config.save()  # Points back to the skill that answers now.
        because = f"accuracy on held-out rows fell from {old:.3f} to {now:.3f}"
        return config, LearnReport(len(lessons), len(said), len(new), False, because, report)
    log.learnt(max(lesson.number for lesson in lessons))
    because = f"accuracy on held-out rows was {old:.3f} and is {now:.3f}"
    return made, LearnReport(len(lessons), len(said), len(new), True, because, report)


def utterances_of(lessons: Sequence[Lesson]) -> list[Utterance]:
    """Messages with the intent that was confirmed, or told to be right."""
    found = []
    for lesson in lessons:
        confirmed = lesson.said_intent if lesson.good and lesson.kind == "template" else None
        intent = lesson.intent or confirmed
        if intent:
            found.append(Utterance(lesson.asked, intent))
    return found


def entries_of(lessons: Sequence[Lesson], usual: str) -> list[Entry]:
    """Questions with the answer that was told to be right, or that was confirmed."""
    found = []
    for lesson in lessons:
        answer, cited = lesson.answer, f"feedback {lesson.number}"
        if answer is None and lesson.good and lesson.kind == "answer":
            answer = lesson.said
            cited = f"{lesson.source}, asked anew"
        if answer:
            language = language_of_text(f"{lesson.asked} {answer}", usual)
            found.append(Entry("history", lesson.asked, answer, cited, language))
    return found


def _merged(old: Sequence[Entry], new: Sequence[Entry]) -> list[Entry]:
    """The old entries with the new ones; of one question learnt twice, the later counts."""
    asked = {entry.question.lower() for entry in new}
    return [*[e for e in old if e.source != "history" or e.question.lower() not in asked], *new]
