"""The search space of a sweep: a range or choices for fields of a recipe, as TOML or by default.

[learning_rate]
low = 1e-4
high = 1e-2
log = true

[batch_size]
choices = [8, 16, 32]
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainzoo.errors import RecipeError
from chainzoo.hashing import text_sha256
from chainzoo.hpo.ranges import SYNTAX, ParameterRange, parse_range
from chainzoo.tuning import Recipe
from chainzoo.tuning.recipe import read_toml

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

LORA_METHODS = ("lora", "qlora")
LEARNING_RATE_FACTOR = 5.0  # How far the default space goes above and below the usual rate.


@dataclass(frozen=True, slots=True)
class SearchSpace:
    """The recipe fields that a sweep searches, with the range of each."""

    ranges: dict[str, ParameterRange]

    @classmethod
    def of(cls, values: Mapping[str, Any], source: str = "the search space") -> SearchSpace:
        """Build a space from plain values; ``source`` says in errors where they come from.

        Raises:
            RecipeError: a field is unknown or cannot be searched, or its range is malformed or
                beyond the bounds of the recipe.
        """
        if not values:
            raise RecipeError(f"{source} names no field.", remedy=SYNTAX)
        return cls({name: parse_range(name, value, source) for name, value in values.items()})

    @classmethod
    def from_toml(cls, path: str | Path) -> SearchSpace:
        """Read a space from a TOML file with a table for each field.

        Raises:
            RecipeError: the file is missing, is not TOML, or does not hold a space.
        """
        return cls.of(read_toml(path), str(path))

    @property
    def distributions(self) -> dict[str, BaseDistribution]:
        """Optuna's distribution of each field."""
        return {name: range_.distribution(name) for name, range_ in self.ranges.items()}

    @property
    def sha256(self) -> str:
        """A hash that is the same for equal spaces."""
        return text_sha256(json.dumps(self.as_dict(), sort_keys=True))

    def as_dict(self) -> dict[str, Any]:
        """The space as plain values, from which ``of`` builds an equal one."""
        return {
            name: range_.model_dump(mode="json", exclude_defaults=True)
            for name, range_ in self.ranges.items()
        }

    def build_recipe(self, fixed: Recipe, params: Mapping[str, Any]) -> Recipe:
        """Return ``fixed`` with the values of a trial.

        Where ``lora_rank`` is searched and ``lora_alpha`` is not set, alpha is scaled with the
        rank: the matrices are scaled by alpha / rank, which would else vary with each trial.
        """
        values = {**fixed.model_dump(exclude_unset=True), **params}
        if "lora_rank" in params and "lora_alpha" not in values:
            ratio = Recipe.model_fields["lora_alpha"].default / _default_rank()
            values["lora_alpha"] = max(1, round(params["lora_rank"] * ratio))
        return Recipe.of(**values)

    def searchable_values(self, recipe: Recipe) -> dict[str, Any]:
        """Return the searched fields of a recipe whose values are in their range."""
        values = {name: getattr(recipe, name) for name in self.ranges}
        return {name: value for name, value in values.items() if value in self.ranges[name]}

    def validate(self, recipe: Recipe, settings: Iterable[str] = ()) -> None:
        """Check the space against a recipe; ``settings`` are the fields that the caller fixed.

        Raises:
            RecipeError: a field is both fixed and searched, or belongs to LoRA where the method is
                another.
        """
        both = sorted(set(settings) & set(self.ranges))
        if both:
            raise RecipeError(
                f"{' and '.join(both)} cannot be both fixed and searched.",
                remedy="Leave it out of the search space, or do not set it.",
            )
        lora = [name for name in self.ranges if name.startswith("lora_")]
        if lora and "method" not in self.ranges and recipe.method not in LORA_METHODS:
            raise RecipeError(
                f"{lora[0]} is searched, but the method is {recipe.method!r}.",
                remedy="Leave it out of the search space, or use --method lora.",
            )


def default_space(recipe: Recipe, resolved: Recipe) -> SearchSpace:
    """Return the space that is searched by default: the fields that ``recipe`` does not set.

    ``resolved`` is the same recipe with the defaults for the model and the data; its learning rate
    is the middle of the searched ones.

    Raises:
        RecipeError: the recipe sets all of these fields.
    """
    rate = resolved.learning_rate or 1e-3
    low, high = rate / LEARNING_RATE_FACTOR, min(rate * LEARNING_RATE_FACTOR, 1.0)
    ranges: dict[str, dict[str, Any]] = {
        "learning_rate": {"low": low, "high": high, "log": True},
        "batch_size": {"choices": (8, 16, 32)},
        "epochs": {"low": 2, "high": 6, "step": 1},
        "warmup_ratio": {"low": 0.0, "high": 0.2, "step": 0.02},
        "dropout": {"low": 0.0, "high": 0.3, "step": 0.05},
        "label_smoothing": {"low": 0.0, "high": 0.1, "step": 0.02},
    }
    if recipe.method in LORA_METHODS:
        ranges["lora_rank"] = {"choices": (4, 8, 16, 32, 64)}
    searched = {name: r for name, r in ranges.items() if name not in recipe.model_fields_set}
    if not searched:
        raise RecipeError(
            "The recipe sets every field that is searched by default.",
            remedy="Remove a field from it, or name the fields to search with --space.",
        )
    return SearchSpace.of(searched)


def _default_rank() -> int:
    return int(Recipe.model_fields["lora_rank"].default)
