"""Classify intents with calibrated probabilities, and detect out-of-scope messages.

A message is out of scope if the mean of two numbers is below a threshold: the calibrated
probability of its intent, and its similarity to the nearest training messages. The two fail in
different places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.customer_service.calibration import (
    Calibration,
    apply_temperature,
    neighbour_similarity,
    scope_scores,
)

ALTERNATIVES = 2


@dataclass(frozen=True, slots=True)
class IntentPrediction:
    """The most probable intent. ``in_scope`` says whether the message is about any intent."""

    intent: str
    confidence: float
    scope: float
    in_scope: bool
    alternatives: tuple[str, ...]


class CalibratedIntentClassifier:
    """A tuned model with its calibration and the vectors of its training messages."""

    def __init__(self, predictor: Any, calibration: Calibration, training: np.ndarray) -> None:
        self.predictor, self.calibration, self.training = predictor, calibration, training
        self.names: tuple[str, ...] = tuple(predictor.loaded.manifest.labels.names)

    def classify(self, texts: Sequence[str], vectors: np.ndarray) -> list[IntentPrediction]:
        """Classify texts; ``vectors`` are those of the knowledge base's encoder."""
        raw = intent_scores(self.predictor, texts)
        scores = apply_temperature(raw, self.calibration.temperature)
        scope = scope_scores(scores.max(axis=1), neighbour_similarity(vectors, self.training))
        return [self._prediction(row, float(fit)) for row, fit in zip(scores, scope, strict=True)]

    def _prediction(self, scores: np.ndarray, scope: float) -> IntentPrediction:
        order = np.argsort(-scores)[: 1 + ALTERNATIVES]
        best, *others = (self.names[at] for at in order)
        in_scope = scope >= self.calibration.threshold
        return IntentPrediction(best, float(scores[order[0]]), scope, in_scope, tuple(others))


def intent_scores(predictor: Any, texts: Sequence[str]) -> np.ndarray:
    """Return the probabilities in the order of the model's labels: (texts, intents)."""
    names = predictor.loaded.manifest.labels.names
    predictions = predictor.predict(list(texts))
    rows = [[prediction.scores[name] for name in names] for prediction in predictions]
    return np.asarray(rows, dtype=np.float64)
