"""Recipes: TOML and back, and errors that name the field."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainzoo.errors import RecipeError
from chainzoo.tuning import Recipe


def test_a_recipe_read_from_its_toml_is_equal(tmp_path: Path) -> None:
    recipe = Recipe.of(
        method="full", epochs=2, lora_target_modules=("query",), trackers=("tensorboard",)
    )
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


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text("epochs = ")
    with pytest.raises(RecipeError, match="not valid TOML"):
        Recipe.from_toml(path)


def test_every_field_has_a_description() -> None:
    assert all(field.description for field in Recipe.model_fields.values())
