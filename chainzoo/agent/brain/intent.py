"""What a step asks for: a tool, or a kind of talk. Two small models that ship with the package.

One is a classifier on MiniLM, tuned by ChainZoo from ``brain/recipe.toml``; the other is linear on
hashed pieces of words and knows Chinese, of which MiniLM's vocabulary has hardly any.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.agent.brain.mentions import is_chinese

HERE = Path(__file__).parent
MODEL, LINEAR, MANIFEST = HERE / "model", HERE / "linear.safetensors", HERE / "manifest.json"
FEATURES = 2**15
SHARE = 0.6  # Of the encoder in an English request; chosen on brain/dev.jsonl.


def linear_features(texts: list[str]) -> Any:
    """Hashed n-grams of characters and of words, a sparse row a text."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import HashingVectorizer

    lowered = [text.lower() for text in texts]
    options = {"alternate_sign": False, "norm": "l2", "n_features": FEATURES}
    characters = HashingVectorizer(analyzer="char_wb", ngram_range=(1, 4), **options)
    words = HashingVectorizer(token_pattern=r"[a-z']+|[一-鿿]", ngram_range=(1, 3), **options)
    return hstack([characters.transform(lowered), words.transform(lowered)]).tocsr()


@lru_cache(maxsize=1)
def _linear() -> tuple[np.ndarray, np.ndarray]:
    from safetensors.numpy import load_file

    weights = load_file(LINEAR)
    return weights["weight"].astype(np.float32), weights["bias"].astype(np.float32)


@lru_cache(maxsize=1)
def labels() -> tuple[str, ...]:
    """The tools and kinds of talk that a step is sorted into, in the order of the scores."""
    return tuple(json.loads(MANIFEST.read_text(encoding="utf-8"))["labels"])


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from chainzoo.home import Home
    from chainzoo.inference.predictor import Predictor
    from chainzoo.tuning.base_checkpoint import load_base_checkpoint

    base = load_base_checkpoint(Home.default(), "minilm-l6")
    return Predictor.load(MODEL, base.folder, name="brain", precision="float32")


def scores(masked: str) -> np.ndarray:
    """The probability of each label for a masked step, in the order of :func:`labels`."""
    weight, bias = _linear()
    logits = linear_features([masked]) @ weight.T + bias
    linear = np.exp(logits - logits.max())[0]
    linear /= linear.sum()
    if is_chinese(masked):
        return np.asarray(linear)
    known = _encoder().predict([masked])[0].scores
    encoder = np.array([known.get(label, 0.0) for label in labels()])
    return np.asarray(SHARE * encoder + (1 - SHARE) * linear)
