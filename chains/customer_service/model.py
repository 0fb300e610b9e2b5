"""The models of a bot: knowledge base, thresholds, intent classifier and entity tagger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.customer_service.calibration import Calibration
from chains.customer_service.config import BotConfig
from chains.customer_service.intent_classifier import CalibratedIntentClassifier, IntentPrediction
from chains.customer_service.knowledge import KnowledgeBase
from chains.customer_service.texts import embed_texts
from chains.customer_service.thresholds import Thresholds
from chainzoo import DataError


@dataclass(frozen=True, slots=True)
class BotModel:
    """One trained version of a bot. ``intents`` is ``None`` without labelled history."""

    embeddings: Any
    knowledge: KnowledgeBase
    thresholds: Thresholds
    intents: CalibratedIntentClassifier | None = None
    entities: Any = None

    def embed(self, text: str) -> np.ndarray:
        """Return the vector of a text: (dimensions,)."""
        vector: np.ndarray = embed_texts(self.embeddings, [text])[0]
        return vector

    def classify(self, text: str, vector: np.ndarray) -> IntentPrediction | None:
        """Return the intent of a message, or ``None`` without an intent classifier."""
        return self.intents.classify([text], vector[None])[0] if self.intents else None


def encoder_languages(config: BotConfig) -> set[str]:
    """Return the languages of the encoder's card; for another encoder, that of the bot."""
    card = next((card for card in config.zoo.catalog if card.id == config.model), None)
    return set(card.languages) if card and card.languages else {config.language}


def load_model(config: BotConfig) -> BotModel:
    """Load the version of a bot that its config names.

    Raises:
        DataError: the bot was not trained yet.
    """
    folder = config.folder / (config.version or "")
    if config.version is None or not folder.is_dir():
        raise DataError(
            "this bot was not trained yet.", file=folder, remedy="Call train_bot first."
        )
    zoo = config.zoo
    classifier = None
    if config.intents:
        training = np.load(folder / "training.npy", allow_pickle=False)
        calibration = Calibration.load(folder / "calibration.json")
        classifier = CalibratedIntentClassifier(
            zoo.predictor(config.intents), calibration, training
        )
    return BotModel(
        zoo.embeddings(config.model),
        KnowledgeBase.load(folder, encoder_languages(config)),
        Thresholds.load(folder / "thresholds.json"),
        classifier,
        zoo.predictor(config.entities) if config.entities else None,
    )
