"""Class weights, by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from chainzoo.errors import RecipeError
from chainzoo.modeling.settings import LabelSpace
from chainzoo.tuning import Recipe
from chainzoo.tuning.class_weights import class_weights

BALANCED = Recipe(class_weights="balanced")


def features(*targets: Any) -> list[Any]:
    return [SimpleNamespace(target=target) for target in targets]


def test_a_class_of_half_the_frequency_weighs_twice_as_much() -> None:
    labels = LabelSpace(("a", "b"), "single")
    assert class_weights(BALANCED, features(0, 1, 1), labels) == (1.5, 0.75)


def test_tokens_without_a_label_do_not_count() -> None:
    labels = LabelSpace(("O", "B-PER"), "tokens")
    assert class_weights(BALANCED, features([0, 0, -100], [0, 1]), labels) == pytest.approx(
        (4 / (2 * 3), 4 / 2)
    )


def test_a_label_of_several_weighs_negatives_by_positives() -> None:
    labels = LabelSpace(("a", "b"), "multi")
    assert class_weights(BALANCED, features([1, 0], [1, 0], [1, 1], [1, 0]), labels) == (1.0, 3.0)


def test_there_are_none_by_default_and_none_without_classes() -> None:
    assert class_weights(Recipe(), [], LabelSpace(("a",), "single")) is None
    with pytest.raises(RecipeError, match="has no classes"):
        class_weights(BALANCED, [], LabelSpace(("probability",), "score"))
