"""Search spaces: from TOML, by default, and what is wrong with an invalid one."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainzoo import Recipe, Zoo
from chainzoo.errors import RecipeError
from chainzoo.home import Home
from chainzoo.hpo.space import SearchSpace, default_space

HEAD = {"method": "head", "name": "few", "epochs": 1}


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({}, "names no field"),
        ({"learning_rat": {"low": 1e-4, "high": 1e-2}}, "Did you mean 'learning_rate'?"),
        ({"seed": {"choices": [1, 2]}}, "'seed': it is the same in all trials"),
        ({"learning_rate": 1e-3}, "found 0.001. Give each field low and high"),
        ({"learning_rate": {"low": 1e-4}}, "low and high are needed, or choices"),
        ({"learning_rate": {"low": 1e-2, "high": 1e-4}}, "low (0.01) is not below high (0.0001)"),
        ({"learning_rate": {"low": 0.1, "high": 5}}, "less than or equal to 1, found 5.0"),
        ({"batch_size": {"choices": [8, 0]}}, "greater than or equal to 1, found 0"),
        ({"batch_size": {"low": 8, "high": 16, "step": 0.5}}, "valid integer"),
        ({"batch_size": {"choices": [8], "low": 2}}, "choices cannot be combined"),
        ({"warmup_ratio": {"low": 0.0, "high": 0.2, "log": True}}, "log needs a low above 0"),
        (
            {"warmup_ratio": {"low": 0.0, "high": 0.2, "step": 1}},
            "step (1) is wider than the range",
        ),
        ({"warmup_ratio": {"low": "much", "high": 0.2}}, "low: Input should be a valid number"),
        ({"lr_scheduler": {"low": 1, "high": 2}}, "'linear', 'cosine'"),
        ({"lora_rank": {"choices": [4, 8]}}, "lora_rank is searched, but the method is 'head'"),
        ({"epochs": {"low": 1, "high": 2}}, "epochs cannot be both fixed and searched"),
    ],
)
def test_an_invalid_space_is_explained(home: Home, space: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeError) as error:
        Zoo(home).sweep("few.csv", space=space, **HEAD)
    assert message in str(error.value)


def test_a_space_is_read_from_toml(tmp_path: Path) -> None:
    path = tmp_path / "space.toml"
    with pytest.raises(RecipeError, match=r"space\.toml: No such file"):
        SearchSpace.from_toml(path)
    path.write_text("[learning_rate\n")
    with pytest.raises(RecipeError, match="not valid TOML"):
        SearchSpace.from_toml(path)
    path.write_text("[batch_size]\nchoices = [8, 16]\n[epochs]\nlow = 2\nhigh = 4\nstep = 1\n")
    space = SearchSpace.from_toml(path)
    assert space == SearchSpace.of(space.as_dict())
    assert space.searchable_values(Recipe.of(batch_size=8, epochs=2.5)) == {"batch_size": 8}


def test_the_default_space_leaves_out_fields_that_the_recipe_sets() -> None:
    resolved = Recipe.of(learning_rate=2e-3)
    space = default_space(Recipe.of(epochs=3), resolved)
    rate = space.ranges["learning_rate"]
    assert (rate.low, rate.high, rate.log) == (pytest.approx(4e-4), pytest.approx(1e-2), True)
    assert "epochs" not in space.ranges
    assert "lora_rank" in space.ranges
    assert "lora_rank" not in default_space(Recipe.of(method="head"), resolved).ranges
    with pytest.raises(RecipeError, match="sets every field"):
        default_space(
            Recipe.of(**resolved.model_dump()).with_values(batch_size=8, dropout=0), resolved
        )


def test_lora_alpha_is_scaled_with_the_rank_unless_it_is_set() -> None:
    space = SearchSpace.of({"lora_rank": {"choices": [4, 64]}})
    assert space.build_recipe(Recipe.of(), {"lora_rank": 64}).lora_alpha == 128
    assert space.build_recipe(Recipe.of(lora_alpha=16), {"lora_rank": 64}).lora_alpha == 16
