"""Classify what a step asks for: a tool, or a kind of small talk.

Two small models ship with the package and are averaged. One is a classifier on MiniLM, tuned by
ChainZoo from ``brain/recipe.toml``. The other is linear, on hashed n-grams; it reads Chinese, which
MiniLM's vocabulary hardly covers.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.agent.brain.mentions import is_chinese
from chainzoo.home import Home

FOLDER = Path(__file__).parent
MODEL = FOLDER / "model"
LINEAR = FOLDER / "linear.safetensors"
MANIFEST = FOLDER / "manifest.json"
BASE_CARD = "minilm-l6"
HASH_FEATURES = 2**15
ENCODER_WEIGHT = 0.6  # In the average for an English request; chosen on brain/dev.jsonl.
MIN_PROBABILITY = 0.35
SMALL_TALK = ("greeting", "thanks", "help", "other")
UNCLEAR = "unclear"


class IntentClassifier:
    """Both models; the encoder is loaded from a home when the first English request is read."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._loaded_encoder: Any = None

    def classify(self, masked: str) -> str:
        """The label of a masked request, or ``unclear`` when no label is probable enough."""
        probabilities = self.probabilities(masked)
        best = int(np.argmax(probabilities))
        return labels()[best] if probabilities[best] >= MIN_PROBABILITY else UNCLEAR

    def probabilities(self, masked: str) -> np.ndarray:
        """The probability of each label for a masked request, in the order of :func:`labels`."""
        linear = _linear_probabilities(masked)
        if is_chinese(masked):
            return linear
        scores = self._encoder().predict([masked])[0].scores
        encoder = np.array([scores.get(label, 0.0) for label in labels()])
        return np.asarray(ENCODER_WEIGHT * encoder + (1 - ENCODER_WEIGHT) * linear)

    def _encoder(self) -> Any:
        from chainzoo.tuning.base_checkpoint import load_base_checkpoint

        if self._loaded_encoder is None:
            base = load_base_checkpoint(self.home, BASE_CARD)
            self._loaded_encoder = _load_encoder(base.folder.resolve())
        return self._loaded_encoder


def linear_features(texts: list[str]) -> Any:
    """Hashed n-grams of characters and of words: a sparse row for each text."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import HashingVectorizer

    lowered = [text.lower() for text in texts]
    options = {"alternate_sign": False, "norm": "l2", "n_features": HASH_FEATURES}
    characters = HashingVectorizer(analyzer="char_wb", ngram_range=(1, 4), **options)
    words = HashingVectorizer(token_pattern=r"[a-z']+|[一-鿿]", ngram_range=(1, 3), **options)
    return hstack([characters.transform(lowered), words.transform(lowered)]).tocsr()


@lru_cache(maxsize=1)
def labels() -> tuple[str, ...]:
    """The tools and kinds of small talk, in the order of the probabilities."""
    return tuple(json.loads(MANIFEST.read_text(encoding="utf-8"))["labels"])


def _linear_probabilities(masked: str) -> np.ndarray:
    weight, bias = _load_linear()
    logits = linear_features([masked]) @ weight.T + bias
    exponentials = np.exp(logits - logits.max())[0]
    return np.asarray(exponentials / exponentials.sum())


@lru_cache(maxsize=1)
def _load_linear() -> tuple[np.ndarray, np.ndarray]:
    from safetensors.numpy import load_file

    weights = load_file(LINEAR)
    return weights["weight"].astype(np.float32), weights["bias"].astype(np.float32)


@lru_cache(maxsize=2)
def _load_encoder(base: Path) -> Any:
    """The tuned classifier on the weights in ``base``; homes that share weights share it."""
    from chainzoo.inference.predictor import Predictor

    return Predictor.load(MODEL, base, name="brain", precision="float32")
