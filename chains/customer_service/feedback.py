"""Retrain a bot on feedback; a version that is worse on held-out rows is not used."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chains.customer_service.audit_log import AuditLog, Feedback
from chains.customer_service.build import BuildReport, Progress, train_version
from chains.customer_service.config import BotConfig
from chains.customer_service.history import Utterance
from chains.customer_service.knowledge import KnowledgeBase, KnowledgeEntry
from chains.customer_service.model import encoder_languages
from chains.customer_service.texts import text_language
from chains.customer_service.training_data import TrainingSet, read_utterances
from chains.terminal import ignore_progress

MAX_ACCURACY_LOSS = 0.02  # Or ``STANDARD_ERRORS`` of the accuracy, if that is more.
STANDARD_ERRORS = 1.64


@dataclass(frozen=True, slots=True)
class RetrainingReport:
    """What feedback was used. ``accepted`` is false if the previous version stays in use."""

    feedback: int
    utterances: int
    entries: int
    accepted: bool
    reason: str
    build: BuildReport | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def retrain(
    config: BotConfig, progress: Progress = ignore_progress
) -> tuple[BotConfig, RetrainingReport]:
    """Train a version on the data of the current one and the feedback since.

    Returns the config of the version that answers from now on.
    """
    log = AuditLog(config.folder / "log.db")
    feedback = log.unused_feedback()
    folder = config.folder / (config.version or "")
    training = read_utterances(folder / "training.jsonl")
    intents = {u.intent for u in training}
    utterances = [u for u in utterances_of(feedback) if u.intent in intents or not intents]
    entries = entries_of(feedback, config.language)
    if not utterances and not entries:
        reason = "there is no new feedback to train on"
        return config, RetrainingReport(len(feedback), 0, 0, False, reason)
    knowledge = KnowledgeBase.load(folder, encoder_languages(config))
    corrected = {u.text for u in utterances}
    kept = [u for u in training if u.text not in corrected]
    data = TrainingSet(
        _merge_entries(knowledge.entries, entries),
        [*kept, *utterances] if training else [],
        read_utterances(folder / "held-out.jsonl"),
        read_utterances(folder / "out-of-scope.jsonl"),
    )
    if not utterances:
        progress("There are no new messages with an intent; the intents are tuned again anyway.")
    retrained, report = train_version(config, data, progress)
    previous = json.loads((folder / "report.json").read_text(encoding="utf-8"))["held_out"]
    before, after = previous.get("accuracy", 0.0), report.held_out.get("accuracy", 0.0)
    counts = (len(feedback), len(utterances), len(entries))
    if after < before - _max_loss(before, max(previous.get("rows", 1.0), 1.0)):
        config.save()  # The previous version answers again.
        reason = f"accuracy on held-out rows fell from {before:.3f} to {after:.3f}"
        return config, RetrainingReport(*counts, False, reason, report)
    log.mark_used(max(item.number for item in feedback))
    reason = f"accuracy on held-out rows was {before:.3f} and is {after:.3f}"
    return retrained, RetrainingReport(*counts, True, reason, report)


def _max_loss(accuracy: float, rows: float) -> float:
    standard_error = math.sqrt(accuracy * (1 - accuracy) / rows)
    return max(MAX_ACCURACY_LOSS, STANDARD_ERRORS * standard_error)


def utterances_of(feedback: Sequence[Feedback]) -> list[Utterance]:
    """Return messages with the intent that was confirmed or corrected."""
    utterances = []
    for item in feedback:
        confirmed = item.predicted_intent if item.good and item.kind == "template" else None
        intent = item.intent or confirmed
        if intent:
            utterances.append(Utterance(item.message, intent))
    return utterances


def entries_of(feedback: Sequence[Feedback], default_language: str) -> list[KnowledgeEntry]:
    """Return questions with the answer that was confirmed or corrected."""
    entries = []
    for item in feedback:
        answer, citation = item.answer, f"feedback {item.number}"
        if answer is None and item.good and item.kind == "answer":
            answer = item.given_answer
            citation = f"{item.source}, confirmed by feedback"
        if answer:
            language = text_language(f"{item.message} {answer}", default_language)
            entries.append(KnowledgeEntry("history", item.message, answer, citation, language))
    return entries


def _merge_entries(
    entries: Sequence[KnowledgeEntry], new: Sequence[KnowledgeEntry]
) -> list[KnowledgeEntry]:
    """Return all entries; a new one replaces a past reply to the same question."""
    questions = {entry.question.lower() for entry in new}
    kept = [e for e in entries if e.source != "history" or e.question.lower() not in questions]
    return [*kept, *new]
