"""Recipes: there and back, and errors that name the field."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainzoo.errors import RecipeError
from chainzoo.tuning import Recipe


def test_there_and_back(tmp_path: Path) -> None:
    recipe = Recipe.of(method="full", epochs=2, lora_targets=("query",), trackers=("tensorboard",))
    path = tmp_path / "recipe.toml"
    path.write_text(recipe.to_toml())
    assert Recipe.from_toml(path) == recipe


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"epochs": 0}, "epochs"),
        ({"method": "magic"}, "method"),
        ({"learningrate": 1}, "learningrate"),
    ],
)
def test_errors_name_the_field(values: dict[str, object], field: str) -> None:
    with pytest.raises(RecipeError, match=field):
        Recipe.of(**values)


def test_a_file_that_is_not_toml(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text("epochs = ")
    with pytest.raises(RecipeError, match="not valid TOML"):
        Recipe.from_toml(path)
