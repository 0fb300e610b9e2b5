"""Intents with a probability that can be believed, and whether a message is about any of them.

A tuned model is too sure of itself; a temperature found on held-out rows mends that (Guo and others
2017). Whether a message fits at all is judged by two numbers that fail in different places: the
calibrated probability, and the likeness to the nearest training messages (Sun and others 2022). Below the mean
of the two that ``false_alarms`` of held-out fitting rows have, a message counts as out of scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.customer_service.json_file import JsonFile

NEIGHBOURS = 5
PRIOR = 2.0  # Rows that speak for leaving the probabilities as they are.
HIGHEST = 0.75  # Messages that fit as well as this are never out of scope: where all held-out rows
# are near copies of training rows, their quantile would shut out whoever words it differently.


@dataclass(frozen=True, slots=True)
class Calibration(JsonFile):
    """What was found on held-out rows."""

    temperature: float
    threshold: float
    accuracy: float
    rows: int
    error_before: float
    error_after: float


@dataclass(frozen=True, slots=True)
class IntentGuess:
    """The likeliest intent; ``fits`` tells whether the message is about any intent at all."""

    intent: str
    confidence: float
    scope: float
    fits: bool
    others: tuple[str, ...]


def calibrate(
    scores: np.ndarray, right: np.ndarray, likenesses: np.ndarray, false_alarms: float
) -> Calibration:
    """Temperature and threshold from held-out rows.

    ``scores`` are probabilities (rows, intents), ``right`` the position of the right intent.
    """
    temperature = find_temperature(scores, right)
    cooled = with_temperature(scores, temperature)
    sure = cooled.max(axis=1)
    hits = cooled.argmax(axis=1) == right
    fits = scope(sure, likenesses)
    return Calibration(
        temperature,
        min(float(np.quantile(fits, false_alarms)), HIGHEST),
        float(hits.mean()),
        len(right),
        calibration_error(scores.max(axis=1), scores.argmax(axis=1) == right),
        calibration_error(sure, hits),
    )


def find_temperature(scores: np.ndarray, right: np.ndarray) -> float:
    """The temperature at which held-out rows are likeliest."""
    from scipy.optimize import minimize_scalar

    logits = np.log(np.clip(scores, 1e-12, 1))

    def loss(log_t: float) -> float:
        shrunk = logits / float(np.exp(log_t))
        top = shrunk.max(axis=1, keepdims=True)
        total = np.log(np.exp(shrunk - top).sum(axis=1)) + top[:, 0]
        surprise = float((total - shrunk[np.arange(len(right)), right]).sum())
        return (surprise + PRIOR * log_t**2) / len(right)

    found = minimize_scalar(loss, bounds=(np.log(0.2), np.log(10)), method="bounded")
    return float(np.exp(found.x))


def with_temperature(scores: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities as they are at a temperature."""
    logits = np.log(np.clip(scores, 1e-12, 1)) / temperature
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    cooled: np.ndarray = raised / raised.sum(axis=-1, keepdims=True)
    return cooled


def calibration_error(sure: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error: how far confidence and the share of right answers lie apart."""
    place = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [
        abs(sure[place == at].mean() - right[place == at].mean()) * (place == at).mean()
        for at in range(bins)
        if (place == at).any()
    ]
    return float(sum(gaps))


def scope(sure: np.ndarray, likenesses: np.ndarray) -> np.ndarray:
    """How well messages fit: the mean of their calibrated probability and their likeness."""
    both: np.ndarray = (sure + likenesses) / 2
    return both


def likeness(vectors: np.ndarray, training: np.ndarray) -> np.ndarray:
    """The mean cosine of each vector with its nearest training vectors."""
    k = min(NEIGHBOURS, len(training))
    cosines = vectors @ training.T
    nearest: np.ndarray = np.partition(cosines, -k, axis=1)[:, -k:].mean(axis=1)
    return nearest


class IntentReader:
    """A tuned model with its calibration and the vectors of what it was tuned on."""

    def __init__(self, predictor: Any, known: Calibration, training: np.ndarray) -> None:
        self.predictor, self.known, self.training = predictor, known, training
        self.names: tuple[str, ...] = tuple(predictor.loaded.manifest.labels.names)

    def read(self, texts: Sequence[str], vectors: np.ndarray) -> list[IntentGuess]:
        """What the texts are about; ``vectors`` are theirs from the encoder that searches."""
        cooled = with_temperature(score_matrix(self.predictor, texts), self.known.temperature)
        likes = likeness(vectors, self.training)
        fits = scope(cooled.max(axis=1), likes)
        found = []
        for row, fit in zip(cooled, fits, strict=True):
            order = np.argsort(-row)[:3]
            names = [self.names[at] for at in order]
            within = bool(fit >= self.known.threshold)
            found.append(
                IntentGuess(
                    names[0],
                    float(row[order[0]]),
                    float(fit),
                    within,
                    tuple(names[1:]),
                )
            )
        return found


def score_matrix(predictor: Any, texts: Sequence[str]) -> np.ndarray:
    """The probabilities of a tuned model in the order of its labels: (texts, labels)."""
    names = predictor.loaded.manifest.labels.names
    answers = predictor.predict(list(texts))
    return np.asarray([[a.scores[name] for name in names] for a in answers], dtype=np.float64)
