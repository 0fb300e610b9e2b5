"""Decode the likeliest valid sequence of IOB2 tags (Viterbi 1967)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np


@lru_cache(maxsize=64)
def transition_scores(names: tuple[str, ...]) -> np.ndarray:
    """A matrix (before, after): 0 for a valid transition, else minus infinity.

    ``I-X`` is valid only after ``B-X`` and ``I-X``.
    """
    scores = np.zeros((len(names), len(names)))
    for after, name in enumerate(names):
        if name.startswith("I-"):
            for before, other in enumerate(names):
                if other not in (name, f"B-{name[2:]}"):
                    scores[before, after] = -np.inf
    return scores


def best_tag_sequence(log_probabilities: np.ndarray, names: Sequence[str]) -> list[int]:
    """The tag ids of the likeliest valid sequence.

    ``log_probabilities`` has shape (tokens, tags).
    """
    transitions = transition_scores(tuple(names))
    starts = np.array([-np.inf if name.startswith("I-") else 0.0 for name in names])
    greedy = log_probabilities.argmax(axis=1)
    if not len(greedy) or (
        starts[greedy[0]] == 0 and np.isfinite(transitions[greedy[:-1], greedy[1:]]).all()
    ):
        return [int(tag) for tag in greedy]
    scores = log_probabilities[0] + starts
    previous = np.zeros(log_probabilities.shape, dtype=np.int64)
    for token in range(1, len(log_probabilities)):
        paths = scores[:, None] + transitions
        previous[token] = paths.argmax(axis=0)
        scores = paths.max(axis=0) + log_probabilities[token]
    sequence = [int(scores.argmax())]
    for token in range(len(log_probabilities) - 1, 0, -1):
        sequence.append(int(previous[token, sequence[-1]]))
    return sequence[::-1]
