"""What all trials of a sweep share: the plan of the user, and the context that is built from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chainzoo.data import Table
from chainzoo.data.holdout import read_training_data
from chainzoo.data.splitting import Split, stratified_split
from chainzoo.data.table import check_trainable
from chainzoo.errors import RecipeError
from chainzoo.hashing import text_sha256
from chainzoo.home import Home
from chainzoo.hpo.space import SearchSpace, default_space
from chainzoo.registry.names import check_name, name_from
from chainzoo.tasks import get_task
from chainzoo.tuning import Recipe
from chainzoo.tuning.base_checkpoint import BaseCheckpoint, load_base_checkpoint
from chainzoo.tuning.splits import split_data
from chainzoo.tuning.training_data import TrainingData

DEFAULT_TRIALS = 20
VALIDATION_SHARE = 0.2  # Of the training part: with less, luck decides between good trials.


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """A sweep as the user asks for it.

    ``recipe`` has the fields that are the same in all trials; ``space`` has the others, or is
    ``None`` for the default space. ``trials`` includes those of earlier calls. After ``timeout``
    seconds no further trial is started. ``test`` is a file that the tuned model will be evaluated
    on, so that no rows have to be kept for that.
    """

    data: Any
    recipe: Recipe
    space: SearchSpace | None = None
    trials: int = DEFAULT_TRIALS
    timeout: float | None = None
    test: str | None = None

    @classmethod
    def of(
        cls,
        data: Any,
        recipe: Recipe | str | Path | None = None,
        space: SearchSpace | Mapping[str, Any] | str | Path | None = None,
        settings: Mapping[str, Any] | None = None,
        **limits: Any,
    ) -> SweepPlan:
        """Build a plan from files or objects; ``settings`` override fields of the recipe.

        Raises:
            RecipeError: a field or a range is invalid, or a field is both fixed and searched.
        """
        overrides = {name: value for name, value in (settings or {}).items() if value is not None}
        fixed = Recipe.load(recipe, **overrides)
        if isinstance(space, str | Path):
            space = SearchSpace.from_toml(space)
        elif space is not None and not isinstance(space, SearchSpace):
            space = SearchSpace.of(space)
        if space is not None:
            space.validate(fixed, overrides)
        plan = cls(data, fixed, space, **limits)
        if plan.trials < 1:
            raise RecipeError(f"trials is {plan.trials}.", remedy="Run at least one trial.")
        return plan


@dataclass(frozen=True, slots=True)
class SweepContext:
    """What all trials of a sweep share; ``folder`` holds its plots and the trials' files."""

    recipe: Recipe
    space: SearchSpace
    base: BaseCheckpoint
    data: TrainingData
    folder: Path

    def workdir(self, number: int) -> Path:
        """The folder in which a trial trains."""
        return self.folder / f"trial-{number}"


def read_trial_data(home: Home, plan: SweepPlan) -> tuple[Table, Split]:
    """Read the data; return it with the rows that trials train on and are evaluated on.

    The data is split as a fine-tuning with the same recipe would split it, and a fifth of its
    training part becomes the evaluation part of the trials. The rows that the tuned model will be
    evaluated on are in neither, so that they have no influence on the choice.

    Raises:
        DataError: the data cannot be read, or cannot be trained on.
    """
    table = read_training_data(home, plan.data, plan.recipe.read_options)
    check_trainable(table)
    training = split_data(home, table, plan.recipe, plan.test).train
    return table, stratified_split(
        replace(table, examples=training), VALIDATION_SHARE, plan.recipe.seed
    )


def build_context(home: Home, plan: SweepPlan, table: Table, parts: Split) -> SweepContext:
    """Fetch the base model, and decide the labels, the space and the name of the study.

    Raises:
        RecipeError: the space does not fit the recipe. TaskError: the data does not fit the task.
    """
    from chainzoo.tuning.defaults import resolve_recipe

    task = get_task(table.task)
    # Labels of both parts: a rare one may be in one of them only.
    labels = task.label_space((*parts.train, *parts.dev), table.multi_label)
    task.validate(parts.dev, labels)
    model = plan.recipe.for_task(table.task).model
    base = load_base_checkpoint(home, model or "", task)
    fixed = plan.recipe.model_dump(exclude_unset=True)
    recipe = Recipe.of(**{**fixed, "task": table.task, "model": model})
    space = plan.space or default_space(recipe, resolve_recipe(recipe, base, len(parts.train)))
    space.validate(recipe)
    folder = home.cache / "sweeps" / _study_name(plan, table, recipe, space, base)
    return SweepContext(recipe, space, base, TrainingData(parts.train, parts.dev, labels), folder)


def _study_name(
    plan: SweepPlan, table: Table, recipe: Recipe, space: SearchSpace, base: BaseCheckpoint
) -> str:
    """The same name for sweeps whose trials can be compared: same data, same fixed settings."""
    name = check_name(plan.recipe.name or name_from(table.name))
    fixed = recipe.model_dump(mode="json", exclude={"name", "trackers"})
    identity = json.dumps([fixed, space.sha256, base.sha256, VALIDATION_SHARE, bool(plan.test)])
    return f"{name}-{table.sha256[:8]}-{text_sha256(identity)[:8]}"
