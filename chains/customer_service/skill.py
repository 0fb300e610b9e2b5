"""What a bot has learnt, opened from its folder: knowledge, intents, entities, thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.customer_service.config import BotConfig
from chains.customer_service.intents import Calibration, IntentGuess, IntentReader
from chains.customer_service.json_file import JsonFile
from chains.customer_service.knowledge import Knowledge, embed
from chainzoo import DataError


@dataclass(frozen=True, slots=True)
class Thresholds(JsonFile):
    """From which score of a passage on an answer is given; from which it is asked about."""

    answer: float = 0.62
    ask: float = 0.45
    foreign: float = 0.6  # The same for languages that the encoder does not know: shared words.


@dataclass(frozen=True, slots=True)
class Skill:
    """All of it. ``intents`` is missing where there was no labelled history."""

    embeddings: Any
    knowledge: Knowledge
    thresholds: Thresholds
    intents: IntentReader | None = None
    entities: Any = None

    def vector(self, text: str) -> np.ndarray:
        """The vector of a message."""
        found: np.ndarray = embed(self.embeddings, [text])[0]
        return found

    def intent(self, text: str, vector: np.ndarray) -> IntentGuess | None:
        """What a message is about, if intents were learnt."""
        return self.intents.read([text], vector[None])[0] if self.intents else None


def known_languages(config: BotConfig) -> set[str]:
    """The languages that the encoder has learnt; a tuned encoder of no card knows the bot's."""
    card = next((card for card in config.zoo.catalog if card.id == config.model), None)
    return set(card.languages) if card and card.languages else {config.language}


def open_skill(config: BotConfig) -> Skill:
    """The skill that a config names.

    Raises:
        DataError: nothing was built yet.
    """
    folder = config.folder / (config.skill or "")
    if config.skill is None or not folder.is_dir():
        raise DataError(
            "nothing was built for this bot yet.", file=folder, remedy="Call make_bot first."
        )
    zoo = config.zoo
    reader = None
    if config.intents:
        training = np.load(folder / "training.npy", allow_pickle=False)
        known = Calibration.load(folder / "calibration.json")
        reader = IntentReader(zoo.predictor(config.intents), known, training)
    return Skill(
        zoo.embeddings(config.model),
        Knowledge.load(folder, known_languages(config)),
        Thresholds.load(folder / "thresholds.json"),
        reader,
        zoo.predictor(config.entities) if config.entities else None,
    )
