"""Choose the scores from which passages answer, with questions that the FAQ itself provides."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.customer_service.json_dataclass import JsonDataclass
from chains.customer_service.knowledge import KnowledgeBase
from chains.customer_service.texts import embed_texts

SEED = 13
MIN_QUESTIONS = 20  # Fewer are not enough to choose a threshold.
UNANSWERABLE_SHARE = 0.2  # Assumed share of questions that the FAQ does not answer.
DROPPED_WORDS = 0.3  # Share of words that is dropped to simulate another wording.
ASK_MARGIN = 0.2  # How far below the answer threshold the bot asks back.
MIN_THRESHOLD = 0.62


@dataclass(frozen=True, slots=True)
class Thresholds(JsonDataclass):
    """Scores from which the bot answers, or asks back.

    ``foreign`` replaces ``answer`` for languages that the encoder does not know.
    """

    answer: float = 0.62
    ask: float = 0.45
    foreign: float = 0.6


def choose_thresholds(
    knowledge: KnowledgeBase, embeddings: Any, wrong_answers: float
) -> Thresholds:
    """Return the lowest threshold at which the share ``wrong_answers`` of questions is wrong.

    Questions are those of the FAQ with a third of their words dropped, and, for what the FAQ does
    not answer, those of the FAQ while their own entry is excluded.
    """
    indexes = [
        index
        for index, entry in enumerate(knowledge.entries)
        if entry.source == "faq" and entry.language in knowledge.encoder_languages
    ]
    if len(indexes) < MIN_QUESTIONS:
        return Thresholds()
    questions = [_drop_words(knowledge.entries[index].question, index) for index in indexes]
    vectors = embed_texts(embeddings, questions)
    answerable, unanswerable = [], []
    for index, question, vector in zip(indexes, questions, vectors, strict=True):
        entry = knowledge.entries[index]
        if hits := knowledge.search(question, vector, entry.language, 1):
            is_wrong = not knowledge.is_same(index, knowledge.index_of(hits[0].entry))
            answerable.append((hits[0].score, is_wrong))
        own_vector = knowledge.question_vector(index)
        others = knowledge.search(entry.question, own_vector, entry.language, 1, exclude=index)
        if others and not knowledge.is_same(index, knowledge.index_of(others[0].entry)):
            unanswerable.append(others[0].score)
    answer = _lowest_threshold(answerable, unanswerable, wrong_answers)
    return Thresholds(answer=answer, ask=answer - ASK_MARGIN)


def _lowest_threshold(
    answerable: Sequence[tuple[float, bool]], unanswerable: Sequence[float], max_wrong: float
) -> float:
    scores = np.asarray([score for score, _ in answerable])
    is_wrong = np.asarray([wrong for _, wrong in answerable], dtype=bool)
    unanswerable_scores = np.asarray(unanswerable)
    for threshold in np.arange(MIN_THRESHOLD, 1.0, 0.01):
        wrong = float(np.mean(is_wrong & (scores >= threshold)))
        answered = float(np.mean(unanswerable_scores >= threshold)) if unanswerable else 0.0
        if (1 - UNANSWERABLE_SHARE) * wrong + UNANSWERABLE_SHARE * answered <= max_wrong:
            return round(float(threshold), 2)
    return 1.0


def _drop_words(question: str, seed: int) -> str:
    """Return a question without a random third of its words."""
    words = question.split()
    kept = min(max(2, round(len(words) * (1 - DROPPED_WORDS))), len(words))
    positions = sorted(random.Random(SEED + seed).sample(range(len(words)), kept))
    return " ".join(words[position] for position in positions)
