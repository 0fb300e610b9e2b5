"""The range of one recipe field: bounds, or choices."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from chainzoo.errors import RecipeError
from chainzoo.tuning import Recipe
from chainzoo.tuning.recipe import READ_FIELDS

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

# Fields that decide the rows, the name or the device of a model are the same in all trials.
FIXED_FIELDS = {
    *READ_FIELDS,
    "task",
    "model",
    "name",
    "validation_split",
    "seed",
    "precision",
    "trackers",
    "lora_target_modules",
}
SEARCHABLE_FIELDS = tuple(name for name in Recipe.model_fields if name not in FIXED_FIELDS)
SYNTAX = "Give each field low and high (with log or step, if need be), or choices."


class ParameterRange(BaseModel):
    """The values of one field: from ``low`` to ``high``, both included, or one of ``choices``.

    With ``log`` values are drawn on a logarithmic scale, with ``step`` in steps from ``low``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: float | None = None
    high: float | None = None
    log: bool = False
    step: float | None = Field(None, gt=0)
    choices: tuple[bool | int | float | str, ...] | None = Field(None, min_length=1)

    @model_validator(mode="after")
    def _validate_bounds(self) -> ParameterRange:
        bounds = [name for name in ("low", "high", "step") if getattr(self, name) is not None]
        if self.choices is not None:
            if bounds or self.log:
                raise ValueError("choices cannot be combined with low, high, log or step")
        elif self.low is None or self.high is None:
            raise ValueError("low and high are needed, or choices")
        elif self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) is not below high ({self.high:g})")
        elif self.log and (self.step is not None or self.low <= 0):
            raise ValueError("log needs a low above 0 and no step")
        elif self.step is not None and self.step > self.high - self.low:
            raise ValueError(f"step ({self.step:g}) is wider than the range")
        return self

    @property
    def extremes(self) -> tuple[Any, ...]:
        """The values that decide whether a recipe accepts the whole range."""
        return self.choices if self.choices is not None else (self.low, self.high)

    def __contains__(self, value: Any) -> bool:
        """Whether a trial could get this value."""
        if self.choices is not None:
            return value in self.choices
        if value is None or self.low is None or self.high is None:
            return False
        steps = (value - self.low) / self.step if self.step else 0.0
        return bool(self.low <= value <= self.high and abs(steps - round(steps)) < 1e-8)

    def distribution(self, field: str) -> BaseDistribution:
        """Return Optuna's distribution for a recipe field with this range."""
        from optuna.distributions import (
            CategoricalDistribution,
            FloatDistribution,
            IntDistribution,
        )

        if self.choices is not None:
            return CategoricalDistribution([_recipe_value(field, c) for c in self.choices])
        low, high = (_recipe_value(field, bound) for bound in self.extremes)
        if isinstance(low, int):
            return IntDistribution(low, high, log=self.log, step=int(self.step or 1))
        return FloatDistribution(low, high, log=self.log, step=self.step)


def parse_range(field: str, value: Any, source: str) -> ParameterRange:
    """Validate the range of a field; ``source`` says in errors where it comes from.

    Raises:
        RecipeError: the field is unknown or cannot be searched, the range is malformed, or it goes
            beyond the bounds of the recipe.
    """
    if field not in SEARCHABLE_FIELDS:
        raise _unsearchable(field, source)
    parsed = _parse(field, value, source)
    _validate_extremes(field, parsed, source)
    return parsed


def _parse(field: str, value: Any, source: str) -> ParameterRange:
    if isinstance(value, ParameterRange):
        return value
    if not isinstance(value, Mapping):
        raise RecipeError(f"{source}, field {field!r}: found {value!r}.", remedy=SYNTAX)
    try:
        return ParameterRange.model_validate(dict(value))
    except ValidationError as error:
        problems = "; ".join(_explain(problem) for problem in error.errors())
        raise RecipeError(f"{source}, field {field!r}: {problems}.", remedy=SYNTAX) from None


def _unsearchable(field: str, source: str) -> RecipeError:
    matches = get_close_matches(field, SEARCHABLE_FIELDS, 1)
    known = f"Searchable fields are {', '.join(SEARCHABLE_FIELDS)}."
    remedy = f"Did you mean {matches[0]!r}?" if matches else known
    problem = "it is the same in all trials" if field in FIXED_FIELDS else "there is no such field"
    return RecipeError(f"{source}, field {field!r}: {problem}.", remedy=remedy)


def _explain(problem: Any) -> str:
    """A problem that pydantic found, without a full stop."""
    location = ".".join(str(part) for part in problem["loc"])
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{location}: {message}, found {problem['input']!r}" if location else message


def _validate_extremes(field: str, parsed: ParameterRange, source: str) -> None:
    """Check that a recipe accepts both bounds, or every choice."""
    try:
        values = [_recipe_value(field, value) for value in parsed.extremes]
        if parsed.step is not None and parsed.low is not None:
            _recipe_value(field, parsed.low + parsed.step)  # An integer, for integer fields.
    except RecipeError as error:
        raise RecipeError(f"{source}: {error.message}", remedy="Keep to those bounds.") from None
    if parsed.choices is None and any(isinstance(value, bool | str) for value in values):
        raise RecipeError(f"{source}, field {field!r}: not a number.", remedy="Give choices.")


def _recipe_value(field: str, value: Any) -> Any:
    """The value as a recipe stores it: 3.0 becomes 3 for integer fields."""
    return getattr(Recipe.of(**{field: value}), field)
