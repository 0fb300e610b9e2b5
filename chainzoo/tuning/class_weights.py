"""Weights of the classes in the loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainzoo.errors import RecipeError
from chainzoo.modeling.settings import LabelSpace
from chainzoo.tuning.recipe import Recipe

MAX_POSITIVE_WEIGHT = 100.0


def class_weights(
    recipe: Recipe, features: Sequence[Any], labels: LabelSpace
) -> tuple[float, ...] | None:
    """Return a weight for each class, or ``None`` when the recipe asks for none.

    Weights are inverse to the frequency of a class, with mean 1 over the examples (those of
    scikit-learn's ``class_weight="balanced"``). In multi-label tasks the weight of a label is its
    ratio of negative to positive examples, from 1 to 100.

    Raises:
        RecipeError: the task has no classes.
    """
    if recipe.class_weights == "none":
        return None
    if labels.problem not in ("single", "multi", "tokens"):
        raise RecipeError(
            f"class_weights is {recipe.class_weights!r}, and the task has no classes.",
            remedy="Leave it out.",
        )
    if labels.problem == "multi":
        targets = np.asarray([feature.target for feature in features])
        positive = np.maximum(targets.sum(axis=0), 1)
        ratios = np.clip((len(targets) - positive) / positive, 1, MAX_POSITIVE_WEIGHT)
        return tuple(float(ratio) for ratio in ratios)
    flat = np.concatenate([np.atleast_1d(np.asarray(feature.target)) for feature in features])
    size = len(labels.names)
    counts = np.maximum(np.bincount(flat[flat >= 0], minlength=size), 1)
    return tuple(float(weight) for weight in counts.sum() / (size * counts))
