"""Sweep the ranges of a recipe: trials of a few epochs, on rows split off the training part."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

from chainzoo.data import Table
from chainzoo.errors import TuningError
from chainzoo.home import Home
from chainzoo.hpo.context import SweepContext, SweepPlan, build_context, read_trial_data
from chainzoo.hpo.importance import field_importance
from chainzoo.hpo.result import SweepResult, best_trial, summarize
from chainzoo.hpo.study import (
    count_trials,
    enqueue_defaults,
    open_study,
    requeue_lost_trials,
    seed_sampler,
    trial_records,
)
from chainzoo.hpo.trial import OnTrialEvent, ignore_trial_event, run_trial

if TYPE_CHECKING:
    from optuna.study import Study


def sweep(home: Home, plan: SweepPlan, on_event: OnTrialEvent = ignore_trial_event) -> SweepResult:
    """Run the trials that are missing; return all of them, and a recipe with the best values.

    Trials are stored as they end, in a study named by the sweep, the data and all settings that
    affect a score. A second call with the same settings continues the study, and runs interrupted
    trials again. ``KeyboardInterrupt`` is passed on and loses the running trial alone.

    Raises:
        DataError: the data cannot be read. RecipeError: a setting or a range does not fit.
        RegistryError: the database cannot be used. TuningError: no trial was completed.
    """
    table, parts = read_trial_data(home, plan)
    context = build_context(home, plan, table, parts)
    with open_study(home, context.folder.name) as study:
        _run_trials(study, context, plan, on_event)
        return _build_result(study, context, table)


def _run_trials(
    study: Study, context: SweepContext, plan: SweepPlan, on_event: OnTrialEvent
) -> None:
    """Run trials until there are enough of them or the time is up."""
    from chainzoo.tuning.defaults import resolve_recipe

    started_at = time.monotonic()
    resolved = resolve_recipe(context.recipe, context.base, len(context.data.train))
    defaults = context.space.searchable_values(resolved)
    enqueue_defaults(study, defaults, complete=len(defaults) == len(context.space.ranges))
    for number in requeue_lost_trials(study):
        shutil.rmtree(context.workdir(number), ignore_errors=True)
    while count_trials(study) < plan.trials:
        if plan.timeout is not None and time.monotonic() - started_at >= plan.timeout:
            break
        seed_sampler(study, context.recipe.seed)
        run_trial(study, context, on_event)


def _build_result(study: Study, context: SweepContext, table: Table) -> SweepResult:
    """The result, with its plots drawn.

    Raises:
        TuningError: no trial was completed.
    """
    from chainzoo.hpo.plots import plot_history, plot_importance

    trials = trial_records(study)
    best = best_trial(trials)
    if best is None:
        errors = [trial.error for trial in trials if trial.error]
        raise TuningError(
            f"None of {len(trials)} trials was completed."
            + (f" The last error: {errors[-1]}" if errors else ""),
            remedy="Allow more time, or search smaller learning rates and batches.",
        )
    metric, rows = str(study.user_attrs["metric"]), len(context.data.dev)
    importance = field_importance(study, context.recipe.seed)
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
        recipe=context.space.build_recipe(context.recipe, best.params),
        importance=importance,
        folder=context.folder,
        verdict=summarize(trials, best, metric, rows),
    )
