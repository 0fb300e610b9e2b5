"""Answer spans from the logits of their first and last tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

MAX_ANSWER_TOKENS = 40
MAX_CANDIDATES = 20  # Spans of a window that get a probability.


class AnswerSpan(NamedTuple):
    """A candidate: the sum of its two logits, and its characters ``start`` up to ``end``."""

    score: float
    start: int
    end: int


def best_spans(
    logits: np.ndarray, positions: Sequence[int], characters: Sequence[tuple[int, int]]
) -> list[AnswerSpan]:
    """The candidates of a window with the highest scores.

    Args:
        logits: shape (tokens, 2).
        positions: the tokens of the context.
        characters: for each of them its characters ``(start, end)`` in the context.
    """
    if not positions:
        return []
    context = logits[list(positions)].astype(np.float64)
    total = context[:, 0][:, None] + context[:, 1][None, :]
    size = len(positions)
    total[np.tril_indices(size, -1)] = -np.inf
    total[np.triu_indices(size, MAX_ANSWER_TOKENS)] = -np.inf
    best = np.argsort(-total, axis=None, kind="stable")[:MAX_CANDIDATES]
    return [
        AnswerSpan(float(total.flat[at]), characters[at // size][0], characters[at % size][1])
        for at in map(int, best)
        if np.isfinite(total.flat[at])
    ]


def span_probabilities(
    spans: Sequence[AnswerSpan], null_score: float
) -> tuple[AnswerSpan, float, float]:
    """The best span, its probability, and that of no answer, among the spans and no answer.

    ``null_score`` is the sum of the logits of no answer. A span of several windows is one
    candidate, with its highest score.
    """
    best = max(spans)
    scores = {(span.start, span.end): span.score for span in sorted(spans)}
    top = max(best.score, null_score)
    weights = np.exp(np.array([*scores.values(), null_score]) - top)
    total = weights.sum()
    return best, float(np.exp(best.score - top) / total), float(weights[-1] / total)
