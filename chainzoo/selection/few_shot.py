"""Few-shot tuning of an encoder on pairs of texts with like and unlike labels, as SetFit does."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.data.examples import SimilarityExample
from chainzoo.inference.predictor import Predictor
from chainzoo.tasks.sentence_similarity import TASK as SENTENCE_SIMILARITY
from chainzoo.tuning import Recipe
from chainzoo.tuning.base_checkpoint import BaseCheckpoint
from chainzoo.tuning.context import RunContext
from chainzoo.tuning.training_data import TrainingData

SHOTS = 16  # Texts a label that pairs are drawn from.
MIN_PAIRS = 1000
DEV_PAIRS = 50  # Not trained on; training needs some to be evaluated on.
ALIKE, UNLIKE = 1.0, 0.0

Encode = Callable[[Sequence[str]], np.ndarray]


def draw_pairs(
    texts: Sequence[str], labels: Sequence[str], shots: int = SHOTS, seed: int = 13
) -> list[SimilarityExample]:
    """Draw pairs from ``shots`` texts a label: as many with the same label as with two labels.

    At least a thousand pairs are drawn (arXiv:2209.11055), so that few texts are seen often.
    """
    drawn = random.Random(seed)
    by_label: dict[str, list[str]] = defaultdict(list)
    for text, label in zip(texts, labels, strict=True):
        by_label[label].append(text)
    shown = {
        label: drawn.sample(members, min(shots, len(members)))
        for label, members in sorted(by_label.items())
    }
    names = list(shown)
    pairs: list[SimilarityExample] = []
    rounds = max(1, math.ceil(MIN_PAIRS / (2 * sum(map(len, shown.values())))))
    for name in names * rounds:
        others = [other for other in names if other != name]
        for text in shown[name]:
            pairs.append(SimilarityExample(text, drawn.choice(shown[name]), ALIKE))
            if others:
                other = drawn.choice(shown[drawn.choice(others)])
                pairs.append(SimilarityExample(text, other, UNLIKE))
    drawn.shuffle(pairs)
    return pairs


def tune_few_shot(
    base: BaseCheckpoint, pairs: Sequence[SimilarityExample], workdir: Path, seed: int = 13
) -> Encode:
    """Tune the encoder of ``base`` on pairs, one pass; return a function from texts to vectors."""
    from chainzoo.tuning.defaults import resolve_recipe
    from chainzoo.tuning.tune import tune

    held = min(DEV_PAIRS, len(pairs) // 10)
    train, dev = pairs[held:], pairs[:held]
    recipe = Recipe.of(
        task=SENTENCE_SIMILARITY.name,
        model=base.card,
        method="full",
        epochs=1,
        dropout=0.0,
        seed=seed,
    )
    recipe = resolve_recipe(recipe, base, len(train))
    data = TrainingData(train, dev, SENTENCE_SIMILARITY.label_space(pairs))
    tuned = tune(recipe, data, base, RunContext(workdir))
    predictor = Predictor.load(tuned.folder)

    def encode(texts: Sequence[str]) -> np.ndarray:
        predictions: list[Any] = predictor.predict(texts)
        return np.array([prediction.vector for prediction in predictions], dtype=np.float32)

    return encode
