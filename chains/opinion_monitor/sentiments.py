"""Sentiments, their polarity, and which labels of a model mean them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from chainzoo import PredictionError

Sentiment = Literal["positive", "neutral", "negative"]

SENTIMENTS: tuple[Sentiment, ...] = ("positive", "neutral", "negative")
POLARITY_SCALE = 10_000  # Polarities are integers, so that their sums are exact in any order.
LABELS: dict[Sentiment, tuple[str, ...]] = {
    "positive": ("positive", "pos", "bullish", "good", "up", "happy", "5", "4", "label_2"),
    "neutral": ("neutral", "neu", "none", "mixed", "3", "label_1"),
    "negative": ("negative", "neg", "bearish", "bad", "down", "unhappy", "1", "2", "label_0"),
}
BINARY_LABELS: dict[str, Sentiment] = {"1": "positive", "0": "negative"}


def sentiment_by_label(labels: Sequence[str]) -> dict[str, Sentiment]:
    """Map each label of a model to the sentiment it means.

    Raises:
        PredictionError: a label is unknown, or none is negative.
    """
    normalized = {label: label.strip().casefold() for label in labels}
    if set(normalized.values()) == set(BINARY_LABELS):
        return {label: BINARY_LABELS[name] for label, name in normalized.items()}
    by_name = {name: sentiment for sentiment, names in LABELS.items() for name in names}
    unknown = [label for label, name in normalized.items() if name not in by_name]
    if unknown or "negative" not in {by_name[name] for name in normalized.values()}:
        raise PredictionError(
            f"The labels of the sentiment model are {', '.join(labels)}; expected positive,"
            " neutral and negative.",
            remedy="Tune it on rows with these labels.",
        )
    return {label: by_name[name] for label, name in normalized.items()}


def sentiment_scores(scores: Mapping[str, float]) -> dict[Sentiment, float]:
    """Sum the probabilities of a model's labels by sentiment."""
    sums: dict[Sentiment, float] = dict.fromkeys(SENTIMENTS, 0.0)
    for label, sentiment in sentiment_by_label(tuple(scores)).items():
        sums[sentiment] += scores[label]
    return sums


def polarity(scores: Mapping[Sentiment, float]) -> int:
    """Return P(positive) - P(negative) in units of 1 / ``POLARITY_SCALE``."""
    return round(POLARITY_SCALE * (scores["positive"] - scores["negative"]))
