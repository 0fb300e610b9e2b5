"""Search over the ranges of a recipe: trials of a few epochs, judged on rows set aside for it.

The rows that the final model will be judged by are not touched: the training part alone is split
again, into what the trials learn from and what they are judged by.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainzoo.data import Table
from chainzoo.data.holdout import read_training_data
from chainzoo.data.read import check_trainable
from chainzoo.data.splitting import Split, split
from chainzoo.errors import RecipeError, TuningError
from chainzoo.home import Home
from chainzoo.hpo.result import SweepResult, TrialRecord, best_of, verdict_on
from chainzoo.hpo.space import Space, default_space
from chainzoo.hpo.study import (
    counted,
    offer_defaults,
    open_study,
    prepare_next,
    records,
    take_up,
)
from chainzoo.hpo.trial import Listener, SweepContext, carry_out, quiet
from chainzoo.registry.names import check_name, name_from
from chainzoo.tasks import get_task
from chainzoo.tuning import Recipe
from chainzoo.tuning.base_checkpoint import load_base_checkpoint
from chainzoo.tuning.splits import split_data

if TYPE_CHECKING:
    from optuna.study import Study

__all__ = ["Space", "SweepPlan", "SweepResult", "TrialRecord", "sweep"]

TRIALS = 20
VALIDATION = 0.2  # Of the training part: with less, luck decides between good trials.
TOLD_APART = 4  # Whole trials from which the importance of fields can be estimated at all.


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """A search to be done.

    ``recipe`` has the fields that are the same in all trials; ``space`` the others, or ``None``
    for the default space. ``trials`` counts those of earlier calls in. After ``timeout`` seconds
    no further trial is begun.
    """

    data: Any
    recipe: Recipe
    space: Space | None = None
    trials: int = TRIALS
    timeout: float | None = None
    test: str | None = None

    @classmethod
    def of(
        cls,
        data: Any,
        recipe: Recipe | str | Path | None = None,
        space: Space | Mapping[str, Any] | str | Path | None = None,
        settings: Mapping[str, Any] | None = None,
        **limits: Any,
    ) -> SweepPlan:
        """A plan from what a person gives: files or objects, and settings over the recipe's.

        Raises:
            RecipeError: something does not fit, or contradicts another.
        """
        told = {name: value for name, value in (settings or {}).items() if value is not None}
        given = (
            Recipe.from_toml(recipe) if isinstance(recipe, str | Path) else recipe or Recipe.of()
        )
        chosen = Recipe.of(**{**given.model_dump(exclude_unset=True), **told})
        if isinstance(space, str | Path):
            space = Space.from_toml(space)
        elif space is not None and not isinstance(space, Space):
            space = Space.of(space)
        if space is not None:
            space.check(chosen, told)
        plan = cls(data, chosen, space, **limits)
        if plan.trials < 1:
            raise RecipeError(f"{plan.trials} trials are none.", remedy="Ask for one at least.")
        return plan


def sweep(home: Home, plan: SweepPlan, listen: Listener = quiet) -> SweepResult:
    """Do the trials that are still missing; gives all, with the recipe of the best.

    The rows that a tuning with the same recipe is judged by are left alone (``trial_parts``), so
    they have no say in the choice.

    Trials are kept as they end, under a name made of the search's name, the data and all that
    decides a score. A second search of that name goes on; a trial that was interrupted is done
    again. Interrupting raises ``KeyboardInterrupt`` here, too, and loses that trial alone.

    Raises:
        DataError: the data cannot be read. RecipeError: a setting does not fit.
        RegistryError: the database cannot be used. TuningError: no trial came to its end.
    """
    table, parts = trial_parts(home, plan)
    context = _bench(home, plan, table, parts)
    with open_study(home, context.folder.name) as study:
        _go_on(study, context, plan, listen)
        return _outcome(study, context, table)


def trial_parts(home: Home, plan: SweepPlan) -> tuple[Table, Split]:
    """The data, and what its trials learn from and are judged by.

    The data is split as a tuning would split it; then the part to learn from is split again, and
    a fifth of it judges. The part that judges the final model is in neither.
    """
    table = read_training_data(home, plan.data, plan.recipe.read_options)
    check_trainable(table)
    learnt_from = split_data(home, table, plan.recipe, plan.test).train
    return table, split(replace(table, examples=learnt_from), VALIDATION, plan.recipe.seed)


def _bench(home: Home, plan: SweepPlan, table: Table, parts: Split) -> SweepContext:
    from chainzoo.tuning.defaults import resolve
    from chainzoo.tuning.training_data import TrainingData

    task = get_task(table.task)
    # Labels of both parts: the final model will have them, and a rare one may be in one only.
    labels = task.label_space((*parts.train, *parts.dev), table.multi_label)
    task.validate(parts.dev, labels)
    model = plan.recipe.for_task(table.task).model
    base = load_base_checkpoint(home, model or "", task)
    name = check_name(plan.recipe.name or name_from(table.name))
    recipe = Recipe.of(
        **{**plan.recipe.model_dump(exclude_unset=True), "task": table.task, "model": model}
    )
    space = plan.space or default_space(recipe, resolve(recipe, base, len(parts.train)))
    space.check(recipe)
    decided = recipe.model_dump(mode="json", exclude={"name", "trackers"})
    same = json.dumps([decided, space.sha256, base.sha256, VALIDATION, bool(plan.test)])
    study = f"{name}-{table.sha256[:8]}-{hashlib.sha256(same.encode()).hexdigest()[:8]}"
    folder = home.cache / "search" / study
    return SweepContext(recipe, space, base, TrainingData(parts.train, parts.dev, labels), folder)


def _go_on(study: Study, context: SweepContext, plan: SweepPlan, listen: Listener) -> None:
    """Trials, until there are enough or the time is up."""
    from chainzoo.tuning.defaults import resolve

    begun = time.monotonic()
    usual = resolve(context.recipe, context.base, len(context.material.train))
    inside = context.space.within(usual)
    offer_defaults(study, inside, len(inside) == len(context.space.ranges))
    for number in take_up(study):
        shutil.rmtree(context.workdir(number), ignore_errors=True)
    while counted(study) < plan.trials:
        if plan.timeout is not None and time.monotonic() - begun >= plan.timeout:
            break
        prepare_next(study, context.recipe.seed)
        carry_out(study, context, listen)


def _outcome(study: Study, context: SweepContext, table: Table) -> SweepResult:
    from chainzoo.hpo.plots import plot_history, plot_importance

    trials = records(study)
    best = best_of(trials)
    if best is None:
        errors = [trial.error for trial in trials if trial.error]
        raise TuningError(
            f"None of {len(trials)} trials came to its end."
            + (f" The last said: {errors[-1]}" if errors else ""),
            remedy="Give it more time, or a space with smaller learning rates and batches.",
        )
    metric, rows = str(study.user_attrs["metric"]), len(context.material.dev)
    importance = importance_of(study, context.recipe.seed)
    plot_history(trials, metric, context.folder / "history.png")
    if importance:
        plot_importance(importance, context.folder / "importance.png")
    return SweepResult(
        study=study.study_name,
        data=table.name,
        task=table.task,
        metric=metric,
        rows=rows,
        space=context.space.as_dict(),
        trials=trials,
        best=best,
        recipe=context.space.recipe(context.recipe, best.params),
        importance=importance,
        folder=context.folder,
        verdict=verdict_on(trials, best, metric, rows),
    )


def importance_of(study: Study, seed: int) -> dict[str, float]:
    """Each searched field's share of the variance of the score, the greatest first.

    By fANOVA on the trials that came to their end (Hutter, Hoos and Leyton-Brown, ICML 2014);
    empty where there are too few of them or all score the same.
    """
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances
    from optuna.trial import TrialState

    whole = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if len(whole) < TOLD_APART or len({trial.value for trial in whole}) < 2:
        return {}
    try:
        found = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=seed))
    except RuntimeError:  # Its trees saw no variance.
        return {}
    return {name: round(float(share), 4) for name, share in found.items()}
