"""The settings that a recipe leaves open, as they are decided for a small and a large model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chainzoo.errors import RecipeError
from chainzoo.tuning import Recipe
from chainzoo.tuning.base_checkpoint import BaseCheckpoint
from chainzoo.tuning.defaults import resolve_recipe


def checkpoint(folder: Path, **config: Any) -> BaseCheckpoint:
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return BaseCheckpoint(folder, "some-card", "0" * 64, "mean")


def test_small_models_get_higher_rates_and_no_dropout(tmp_path: Path) -> None:
    base = checkpoint(tmp_path, hidden_size=384, max_position_embeddings=256)
    recipe = resolve_recipe(Recipe(method="full"), base, rows=1000)
    assert (recipe.learning_rate, recipe.dropout, recipe.batch_size) == (4e-4, 0.0, 8)
    assert (recipe.max_length, recipe.pooling) == (256, "mean")
    assert recipe.precision in ("float32", "bfloat16")


def test_large_models_get_lower_rates_and_dropout(tmp_path: Path) -> None:
    base = checkpoint(tmp_path, hidden_size=768, max_position_embeddings=514, model_type="roberta")
    recipe = resolve_recipe(Recipe(method="lora"), base, rows=10_000)
    assert (recipe.learning_rate, recipe.dropout, recipe.batch_size) == (4e-4, 0.1, 32)
    assert recipe.max_length == 512


def test_given_settings_are_kept(tmp_path: Path) -> None:
    base = checkpoint(tmp_path, hidden_size=384)
    given = Recipe(learning_rate=0.1, dropout=0.3, batch_size=5, max_length=64, pooling="cls")
    recipe = resolve_recipe(given, base, rows=1000)
    assert recipe.model_dump(include={"learning_rate", "dropout", "batch_size"}) == {
        "learning_rate": 0.1,
        "dropout": 0.3,
        "batch_size": 5,
    }
    assert (recipe.max_length, recipe.pooling) == (64, "cls")


def test_a_window_that_the_model_cannot_read_is_refused(tmp_path: Path) -> None:
    base = checkpoint(tmp_path, hidden_size=384, max_position_embeddings=256)
    with pytest.raises(RecipeError, match="some-card reads at most 256 tokens"):
        resolve_recipe(Recipe(max_length=300), base, rows=10)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="is not a model"):
        resolve_recipe(Recipe(), BaseCheckpoint(tmp_path, "some-card", ""), rows=10)
