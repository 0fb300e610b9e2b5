"""Calibrate an intent classifier on held-out rows: temperature and out-of-scope threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chains.customer_service.json_dataclass import JsonDataclass

NEIGHBOURS = 5
TEMPERATURE_PRIOR = 2.0  # Rows that count for a temperature of 1.
# Messages that fit as well as this are never out of scope. If all held-out rows are near copies of
# training rows, their quantile would reject other wordings.
MAX_THRESHOLD = 0.75


@dataclass(frozen=True, slots=True)
class Calibration(JsonDataclass):
    """Calibration on ``rows`` held-out rows; errors are expected calibration errors."""

    temperature: float
    threshold: float
    accuracy: float
    rows: int
    error_before: float
    error_after: float


def calibrate(
    scores: np.ndarray, labels: np.ndarray, similarities: np.ndarray, false_alarms: float
) -> Calibration:
    """Choose temperature and threshold on held-out rows.

    ``scores`` are probabilities (rows, intents), ``labels`` the positions of the true intents,
    ``similarities`` those of ``neighbour_similarity``. The threshold rejects the share
    ``false_alarms`` of the rows.
    """
    temperature = fit_temperature(scores, labels)
    calibrated = apply_temperature(scores, temperature)
    confidence = calibrated.max(axis=1)
    correct = calibrated.argmax(axis=1) == labels
    scope = scope_scores(confidence, similarities)
    return Calibration(
        temperature,
        min(float(np.quantile(scope, false_alarms)), MAX_THRESHOLD),
        float(correct.mean()),
        len(labels),
        calibration_error(scores.max(axis=1), scores.argmax(axis=1) == labels),
        calibration_error(confidence, correct),
    )


def fit_temperature(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature that maximizes the likelihood of held-out rows.

    Guo and others (2017), with a prior on a temperature of 1.
    """
    from scipy.optimize import minimize_scalar

    logits = np.log(np.clip(scores, 1e-12, 1))

    def loss(log_temperature: float) -> float:
        scaled = logits / float(np.exp(log_temperature))
        top = scaled.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(scaled - top).sum(axis=1)) + top[:, 0]
        cross_entropy = float((log_sum - scaled[np.arange(len(labels)), labels]).sum())
        return (cross_entropy + TEMPERATURE_PRIOR * log_temperature**2) / len(labels)

    result = minimize_scalar(loss, bounds=(np.log(0.2), np.log(10)), method="bounded")
    return float(np.exp(result.x))


def apply_temperature(scores: np.ndarray, temperature: float) -> np.ndarray:
    """Return probabilities after temperature scaling."""
    logits = np.log(np.clip(scores, 1e-12, 1)) / temperature
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: np.ndarray = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities


def calibration_error(confidence: np.ndarray, correct: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error: the mean gap of confidence and accuracy by bin."""
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[bin_of == b].mean() - correct[bin_of == b].mean()) * (bin_of == b).mean()
        for b in range(bins)
        if (bin_of == b).any()
    ]
    return float(sum(gaps))


def scope_scores(confidence: np.ndarray, similarities: np.ndarray) -> np.ndarray:
    """Return how well messages fit: the mean of confidence and similarity to training messages."""
    scores: np.ndarray = (confidence + similarities) / 2
    return scores


def neighbour_similarity(vectors: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Return the mean cosine of each vector with its nearest training vectors.

    Sun and others (2022). Vectors have length 1.
    """
    k = min(NEIGHBOURS, len(training))
    cosines = vectors @ training.T
    nearest: np.ndarray = np.partition(cosines, -k, axis=1)[:, -k:].mean(axis=1)
    return nearest
