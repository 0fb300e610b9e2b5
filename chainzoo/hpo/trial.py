"""One trial of a sweep: a fine-tuning that reports its scores and stops early when it falls behind."""

from __future__ import annotations

import gc
import math
import shutil
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from chainzoo.errors import ChainZooError, RunStoppedError, TuningError
from chainzoo.hpo.context import SweepContext
from chainzoo.hpo.study import ERROR, PROCESS, count_trials, describe_process, trial_records
from chainzoo.tuning.events import TuningEvent

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import Trial

# Receives the number of a trial and its events. The last event of a trial is ``finished`` or
# ``failed``, with the values of its record and ``counted``, the number of trials so far.
OnTrialEvent = Callable[[int, TuningEvent], None]


def ignore_trial_event(number: int, event: TuningEvent) -> None:
    """Do nothing with the event."""


class PruningCallback:
    """Report the scores of a trial to its study, and note when the trial should be pruned.

    An epoch is compared with the same epoch of other trials. After the last epoch pruning would
    save nothing.
    """

    def __init__(self, trial: Trial, on_event: OnTrialEvent) -> None:
        self.trial, self.forward = trial, on_event
        self.epochs = math.inf
        self.score: float | None = None
        self.pruned = False

    def on_event(self, event: TuningEvent) -> None:
        """Receive an event of the fine-tuning."""
        if event.kind == "evaluated" and not self.pruned:  # A stopped run evaluates once more.
            self._report(event)
        self.forward(self.trial.number, event)

    def _report(self, event: TuningEvent) -> None:
        epoch = event.values["epoch"]
        metric, score = next(iter(event.scores.items()))
        self.trial.study.set_user_attr("metric", metric)
        self.trial.report(score, math.ceil(epoch))
        if math.isfinite(score):
            self.score = max(score, self.score if self.score is not None else score)
        self.pruned = epoch < self.epochs and self.trial.should_prune()


def run_trial(
    study: Study, context: SweepContext, on_event: OnTrialEvent = ignore_trial_event
) -> None:
    """Run the next trial of a study; its model is not kept.

    The score is that of the best epoch, as a fine-tuning keeps the weights of that epoch. An error
    of the fine-tuning is stored with the trial. An interrupted trial counts as not run.
    """
    from optuna.trial import TrialState

    trial = study.ask(context.space.distributions)
    trial.set_user_attr(PROCESS, describe_process())
    callback = PruningCallback(trial, on_event)
    try:
        score = _fine_tune(trial, context, callback)
    except RunStoppedError:
        study.tell(trial, state=TrialState.PRUNED)
    except ChainZooError as error:
        trial.set_user_attr(ERROR, str(error))
        study.tell(trial, state=TrialState.FAIL)
    except BaseException:
        study.tell(trial, state=TrialState.FAIL)
        raise
    else:
        study.tell(trial, score)
    record = next(record for record in trial_records(study) if record.number == trial.number)
    values = {**asdict(record), "counted": count_trials(study)}
    on_event(trial.number, TuningEvent("failed" if record.error else "finished", values))


def _fine_tune(trial: Trial, context: SweepContext, callback: PruningCallback) -> float:
    """The score of the best epoch. The files and the model are removed, whatever happens."""
    from chainzoo.tuning.context import RunContext
    from chainzoo.tuning.defaults import resolve_recipe
    from chainzoo.tuning.tune import tune

    workdir = context.workdir(trial.number)
    shutil.rmtree(workdir, ignore_errors=True)  # Left by a study whose database is gone.
    try:
        recipe = context.space.build_recipe(context.recipe, trial.params)
        recipe = resolve_recipe(recipe, context.base, len(context.data.train)).with_values(
            trackers=()
        )
        callback.epochs = recipe.epochs
        run = RunContext(workdir, callback.on_event, should_stop=lambda: callback.pruned)
        tune(recipe, context.data, context.base, run)
    finally:
        shutil.rmtree(workdir, ignore_errors=True)
        gc.collect()  # The model is in reference cycles; the next one needs its memory.
    if callback.score is None:
        raise TuningError("No epoch gave a score.", remedy="Allow more epochs.")
    return callback.score
