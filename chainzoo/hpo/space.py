"""What a search may try: a range or choices for fields of a recipe, told in TOML or by default.

[learning_rate]
low = 1e-4
high = 1e-2
log = true

[batch_size]
choices = [8, 16, 32]
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from chainzoo.errors import RecipeError
from chainzoo.tuning import Recipe
from chainzoo.tuning.recipe import READING

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

# What decides the rows, the names or the place of a model is the same in all trials.
FIXED = {
    *READING,
    "task",
    "model",
    "name",
    "holdout",
    "seed",
    "precision",
    "trackers",
    "lora_targets",
}
SEARCHABLE = tuple(name for name in Recipe.model_fields if name not in FIXED)
LORA = ("lora", "qlora")
SPREAD = 5.0  # How far the default space goes above and below the usual learning rate, as a factor.
FORM = "Give each field low and high (with log or step, if need be), or choices."


class Range(BaseModel):
    """The values of one field: from ``low`` to ``high``, both included, or one of ``choices``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: float | None = None
    high: float | None = None
    log: bool = False
    step: float | None = Field(None, gt=0)
    choices: tuple[bool | int | float | str, ...] | None = Field(None, min_length=1)

    @model_validator(mode="after")
    def _fits_together(self) -> Range:
        told = [name for name in ("low", "high", "step") if getattr(self, name) is not None]
        if self.choices is not None:
            if told or self.log:
                raise ValueError("choices stand alone, without low, high, log and step")
        elif self.low is None or self.high is None:
            raise ValueError("low and high are needed, or choices")
        elif self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) is not below high ({self.high:g})")
        elif self.log and (self.step is not None or self.low <= 0):
            raise ValueError("log wants a low above 0 and no step")
        elif self.step is not None and self.step > self.high - self.low:
            raise ValueError(f"step ({self.step:g}) is wider than the range")
        return self

    @property
    def ends(self) -> tuple[Any, ...]:
        """The values that decide whether the whole range is allowed."""
        return self.choices if self.choices is not None else (self.low, self.high)

    def holds(self, value: Any) -> bool:
        """Whether a trial could be given this value."""
        if self.choices is not None:
            return value in self.choices
        if value is None or self.low is None or self.high is None:
            return False
        steps = (value - self.low) / self.step if self.step else 0.0
        return bool(self.low <= value <= self.high and abs(steps - round(steps)) < 1e-8)


@dataclass(frozen=True, slots=True)
class Space:
    """The fields that are searched, and the range of each."""

    ranges: dict[str, Range]

    @classmethod
    def of(cls, values: Mapping[str, Any], where: str = "the search space") -> Space:
        """A space from plain values; ``where`` is named in what is said about mistakes.

        Raises:
            RecipeError: a field is unknown or not searched, or a range is none or goes beyond the
                bounds of the recipe.
        """
        if not values:
            raise RecipeError(f"{where} names no field.", remedy=FORM)
        return cls({name: _range(name, value, where) for name, value in values.items()})

    @classmethod
    def from_toml(cls, path: str | Path) -> Space:
        """The space in a TOML file, with a table for each field.

        Raises:
            RecipeError: the file is missing, is not TOML, or does not hold a space.
        """
        try:
            values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise RecipeError(
                f"{path}: {error.strerror or error}.", remedy="Check the path."
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise RecipeError(
                f"{path}: not valid TOML: {error}.", remedy="Mend that line."
            ) from None
        return cls.of(values, str(path))

    @property
    def distributions(self) -> dict[str, BaseDistribution]:
        """The ranges in Optuna's words."""
        return {name: _distribution(name, range_) for name, range_ in self.ranges.items()}

    @property
    def sha256(self) -> str:
        """A hash that is the same for equal spaces."""
        text = json.dumps(self.as_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """The space as plain values, from which ``of`` makes an equal one."""
        return {
            name: range_.model_dump(mode="json", exclude_defaults=True)
            for name, range_ in self.ranges.items()
        }

    def recipe(self, fixed: Recipe, found: Mapping[str, Any]) -> Recipe:
        """``fixed`` with the values of a trial.

        Where the rank of LoRA is searched and its alpha is left open, alpha goes with the rank:
        the scale of the matrices is alpha / rank, and would else be searched along unseen.
        """
        values = {**fixed.model_dump(exclude_unset=True), **found}
        if "lora_rank" in found and "lora_alpha" not in values:
            usual = Recipe.model_fields["lora_alpha"].default / _usual_rank()
            values["lora_alpha"] = max(1, round(found["lora_rank"] * usual))
        return Recipe.of(**values)

    def within(self, recipe: Recipe) -> dict[str, Any]:
        """Those values of a recipe that the space could have given."""
        values = {name: getattr(recipe, name) for name in self.ranges}
        return {name: value for name, value in values.items() if self.ranges[name].holds(value)}

    def check(self, recipe: Recipe, told: Iterable[str] = ()) -> None:
        """Refuse what contradicts the rest of what was asked for; ``told`` are settings told.

        Raises:
            RecipeError: a field is told and searched, or belongs to LoRA where there is none.
        """
        both = sorted(set(told) & set(self.ranges))
        if both:
            raise RecipeError(
                f"{' and '.join(both)} cannot be both told and searched.",
                remedy="Leave it out of the search space, or do not tell it.",
            )
        lora = [name for name in self.ranges if name.startswith("lora_")]
        if lora and "method" not in self.ranges and recipe.method not in LORA:
            raise RecipeError(
                f"{lora[0]} is searched, but the method is {recipe.method!r}.",
                remedy="Leave it out of the search space, or use --method lora.",
            )


def default_space(recipe: Recipe, usual: Recipe) -> Space:
    """What is searched when nobody says: what pays most, as far as the recipe leaves it open.

    ``usual`` is the same recipe resolved for model and data: its learning rate is the middle.

    Raises:
        RecipeError: the recipe leaves nothing open.
    """
    rate = usual.learning_rate or 1e-3
    ranges: dict[str, dict[str, Any]] = {
        "learning_rate": {"low": rate / SPREAD, "high": min(rate * SPREAD, 1.0), "log": True},
        "batch_size": {"choices": (8, 16, 32)},
        "epochs": {"low": 2, "high": 6, "step": 1},
        "warmup": {"low": 0.0, "high": 0.2, "step": 0.02},
        "dropout": {"low": 0.0, "high": 0.3, "step": 0.05},
        "label_smoothing": {"low": 0.0, "high": 0.1, "step": 0.02},
    }
    if recipe.method in LORA:
        ranges["lora_rank"] = {"choices": (4, 8, 16, 32, 64)}
    left = {name: values for name, values in ranges.items() if name not in recipe.model_fields_set}
    if not left:
        raise RecipeError(
            "The recipe fixes all that is searched by default.",
            remedy="Take a field out of it, or say what to search with --space.",
        )
    return Space.of(left)


def _usual_rank() -> int:
    return int(Recipe.model_fields["lora_rank"].default)


def _range(name: str, value: Any, where: str) -> Range:
    if name not in SEARCHABLE:
        near = get_close_matches(name, SEARCHABLE, 1)
        known = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(SEARCHABLE)}."
        what = "is the same in all trials" if name in FIXED else "is no field of a recipe"
        raise RecipeError(f"{where}, field {name!r}: it {what}.", remedy=known)
    if not isinstance(value, Mapping | Range):
        raise RecipeError(f"{where}, field {name!r}: found {value!r}.", remedy=FORM)
    try:
        found = value if isinstance(value, Range) else Range.model_validate(dict(value))
    except ValidationError as error:
        raise RecipeError(
            f"{where}, field {name!r}: {'; '.join(_said(p) for p in error.errors())}.", remedy=FORM
        ) from None
    _check_bounds(name, found, where)
    return found


def _said(problem: Any) -> str:
    """What pydantic found wrong, in words that end without a full stop."""
    place = ".".join(str(part) for part in problem["loc"])
    text = str(problem["msg"]).removeprefix("Value error, ")
    return f"{place}: {text}, found {problem['input']!r}" if place else text


def _check_bounds(name: str, found: Range, where: str) -> None:
    """Both ends, and every choice, must be values that a recipe takes."""
    try:
        ends = [_value(name, end) for end in found.ends]
        if found.step is not None and found.low is not None:
            _value(name, found.low + found.step)  # A whole number, where those are asked for.
    except RecipeError as error:
        raise RecipeError(f"{where}: {error.message}", remedy="Keep to those bounds.") from None
    if found.choices is None and any(isinstance(end, bool | str) for end in ends):
        raise RecipeError(f"{where}, field {name!r}: it is no number.", remedy="Give choices.")


def _value(name: str, value: Any) -> Any:
    """A value as the recipe takes it: 3.0 becomes 3 where whole numbers are asked for."""
    return getattr(Recipe.of(**{name: value}), name)


def _distribution(name: str, range_: Range) -> BaseDistribution:
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if range_.choices is not None:
        return CategoricalDistribution([_value(name, choice) for choice in range_.choices])
    low, high = (_value(name, end) for end in range_.ends)
    if isinstance(low, int):
        return IntDistribution(low, high, log=range_.log, step=int(range_.step or 1))
    return FloatDistribution(low, high, log=range_.log, step=range_.step)
