"""Baselines: predictions without a pretrained model."""

from __future__ import annotations

import pytest

from chainzoo.data import TextExample
from chainzoo.errors import TaskError
from chainzoo.evaluation.baselines import LINEAR, MAJORITY, predict_baselines
from chainzoo.tasks import LabelSpace, get_task

TASK = get_task("text-classification")


def test_the_majority_class_and_a_linear_model_are_fitted_on_the_training_examples() -> None:
    train = [TextExample("red apple", ("a",)), TextExample("blue boat", ("b",))] * 5
    examples = [TextExample("a red one", ()), TextExample("a blue one", ())]
    labels = LabelSpace(("a", "b"), "single")
    predictions = predict_baselines(TASK, [*train, TextExample("red", ("a",))], examples, labels)
    assert [p.label for p in predictions[MAJORITY]] == ["a", "a"]
    assert [p.label for p in predictions[LINEAR]] == ["a", "b"]


def test_any_number_of_labels_can_be_predicted() -> None:
    train = [TextExample("red", ("a",)), TextExample("red blue", ("a", "b"))] * 5
    train += [TextExample("blue", ("b",))] * 5
    labels = LabelSpace(("a", "b"), "multi")
    predictions = predict_baselines(TASK, train, [TextExample("red blue", ())], labels)
    assert predictions[LINEAR][0].labels == ("a", "b")


def test_no_training_example_is_an_error() -> None:
    labels = LabelSpace(("a", "b"), "single")
    with pytest.raises(TaskError, match="no example"):
        predict_baselines(TASK, [], [TextExample("x", ("a",))], labels)
