"""From which score on an answer is given, chosen by questions that the FAQ itself provides."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from chains.customer_service.knowledge import Knowledge, embed
from chains.customer_service.skill import Thresholds

SEED = 13
FEWEST = 20  # Fewer questions say too little to choose a threshold by.
UNANSWERABLE = 0.2  # The share of a customer's questions that the FAQ is taken not to answer.
DROPPED = 0.3  # Of each question's words, for one that is worded differently.
GREY = 0.2  # As far below the threshold the bot asks back.
LOWEST = 0.62


def choose_thresholds(knowledge: Knowledge, embeddings: Any, wrong_answers: float) -> Thresholds:
    """The lowest threshold with which ``wrong_answers`` of all questions get a wrong answer.

    There are two kinds of questions: those of the FAQ with a third of their words taken out, and (for
    what the FAQ does not answer) those of the FAQ, asked while their own entry is taken out.
    """
    asked = [
        at
        for at, entry in enumerate(knowledge.entries)
        if entry.source == "faq" and entry.language in knowledge.reads
    ]
    if len(asked) < FEWEST:
        return Thresholds()
    worded = [_thinned(knowledge.entries[at].question, at) for at in asked]
    vectors = embed(embeddings, worded)
    answered, left_out = [], []
    for at, text, vector in zip(asked, worded, vectors, strict=True):
        entry = knowledge.entries[at]
        best = knowledge.search(text, vector, entry.language, 1)
        if best:
            answered.append(
                (best[0].score, not knowledge.alike(at, knowledge.place(best[0].entry)))
            )
        own = knowledge.vector_of(at)
        others = knowledge.search(entry.question, own, entry.language, 1, without=at)
        if others and not knowledge.alike(at, knowledge.place(others[0].entry)):
            left_out.append(others[0].score)
    answer = _lowest(answered, left_out, wrong_answers)
    return Thresholds(answer=answer, ask=answer - GREY)


def _lowest(
    answered: Sequence[tuple[float, bool]], left_out: Sequence[float], share: float
) -> float:
    scores = np.asarray([score for score, _ in answered])
    wrong = np.asarray([is_wrong for _, is_wrong in answered])
    unanswerable = np.asarray(left_out)
    for limit in np.arange(LOWEST, 1.0, 0.01):
        given = float(np.mean(wrong & (scores >= limit)))
        beside = float(np.mean(unanswerable >= limit)) if len(unanswerable) else 0.0
        if (1 - UNANSWERABLE) * given + UNANSWERABLE * beside <= share:
            return round(float(limit), 2)
    return 1.0


def _thinned(question: str, seed: int) -> str:
    """A question with two thirds of its words, in their order."""
    words = question.split()
    kept = max(2, round(len(words) * (1 - DROPPED)))
    places = sorted(random.Random(SEED + seed).sample(range(len(words)), min(kept, len(words))))
    return " ".join(words[at] for at in places)
