"""The check of a model's task, and its message."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from chainzoo import PredictionError, require_task

MODEL = SimpleNamespace(name="mood@2", task="text-classification")


def test_a_model_of_the_task_is_accepted() -> None:
    require_task(MODEL, "text-classification")


def test_a_model_of_another_task_is_refused_with_both_tasks_and_the_purpose() -> None:
    expected = "mood@2 is a model of text-classification; --entities needs .* token-classification"
    with pytest.raises(PredictionError, match=expected):
        require_task(MODEL, "token-classification", "--entities")
