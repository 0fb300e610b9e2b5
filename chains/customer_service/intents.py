"""Intents with a probability that can be believed, and whether a message is about any of them.

A tuned model is too sure of itself; a temperature found on held-out rows mends that (Guo and others
2017). Whether a message fits at all is judged by two numbers that fail in different places: the
calibrated probability, and the likeness to the nearest training messages (Sun and others 2022).
Each is put as its rank among held-out fitting rows; below the rank that ``false_alarms`` of these
rows have, a message counts as out of scope.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

NEIGHBOURS = 5
EDGES = 200  # Points that a distribution is kept as.
COLDEST = 0.5  # A few held-out rows that are all right must not make the model surer without end.


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was found on held-out rows; the two lists are evenly spaced quantiles."""

    temperature: float
    probabilities: tuple[float, ...]
    likenesses: tuple[float, ...]
    threshold: float
    accuracy: float
    rows: int
    error_before: float
    error_after: float

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read it back."""
        values = json.loads(path.read_text(encoding="utf-8"))
        for name in ("probabilities", "likenesses"):
            values[name] = tuple(values[name])
        return cls(**values)


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
    quantiles = np.linspace(0, 1, EDGES + 1)
    found = Calibration(
        temperature,
        tuple(np.quantile(sure, quantiles).tolist()),
        tuple(np.quantile(likenesses, quantiles).tolist()),
        0.0,
        float(hits.mean()),
        len(right),
        calibration_error(scores.max(axis=1), scores.argmax(axis=1) == right),
        calibration_error(sure, hits),
    )
    ranks = scope(found, sure, likenesses)
    threshold = float(np.quantile(ranks, false_alarms))
    return Calibration(**{**asdict(found), "threshold": threshold})


def find_temperature(scores: np.ndarray, right: np.ndarray) -> float:
    """The temperature at which held-out rows are likeliest."""
    from scipy.optimize import minimize_scalar

    logits = np.log(np.clip(scores, 1e-12, 1))

    def loss(log_t: float) -> float:
        shrunk = logits / np.exp(log_t)
        top = shrunk.max(axis=1, keepdims=True)
        total = np.log(np.exp(shrunk - top).sum(axis=1)) + top[:, 0]
        return float((total - shrunk[np.arange(len(right)), right]).mean())

    found = minimize_scalar(loss, bounds=(np.log(COLDEST), np.log(10)), method="bounded")
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


def scope(known: Calibration, sure: np.ndarray, likenesses: np.ndarray) -> np.ndarray:
    """How well messages fit, from 0 to 1: the mean of their ranks among held-out rows."""
    both: np.ndarray = (_rank(known.probabilities, sure) + _rank(known.likenesses, likenesses)) / 2
    return both


def _rank(quantiles: Sequence[float], values: np.ndarray) -> np.ndarray:
    """Ranks from 0 to 1; below the least that was ever seen they go on falling, under 0."""
    edges = np.asarray(quantiles)
    ranks = np.interp(values, edges, np.linspace(0, 1, len(edges)))
    below: np.ndarray = np.minimum(values - edges[0], 0)
    return ranks + below


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
        fits = scope(self.known, cooled.max(axis=1), likeness(vectors, self.training))
        found = []
        for row, fit in zip(cooled, fits, strict=True):
            order = np.argsort(-row)[:3]
            names = [self.names[at] for at in order]
            within = bool(fit >= self.known.threshold)
            found.append(
                IntentGuess(names[0], float(row[order[0]]), float(fit), within, tuple(names[1:]))
            )
        return found


def score_matrix(predictor: Any, texts: Sequence[str]) -> np.ndarray:
    """The probabilities of a tuned model in the order of its labels: (texts, labels)."""
    names = predictor.loaded.manifest.labels.names
    answers = predictor.predict(list(texts))
    return np.asarray([[a.scores[name] for name in names] for a in answers], dtype=np.float64)
