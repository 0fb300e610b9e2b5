"""One trial: a fine-tuning that reports its scores, and ends early when it falls behind."""

from __future__ import annotations

import gc
import math
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainzoo.errors import ChainZooError, RunStoppedError, TuningError
from chainzoo.hpo.space import Space
from chainzoo.hpo.study import counted, records, this_process
from chainzoo.tuning import Recipe
from chainzoo.tuning.base_checkpoint import BaseCheckpoint
from chainzoo.tuning.events import Event

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import Trial

    from chainzoo.tuning.training_data import TrainingData

# Hears the events of each trial, by its number. The last of a trial is ``finished`` or ``failed``,
# with the values of its record, and with ``counted``: the trials so far.
Listener = Callable[[int, Event], None]


def quiet(number: int, event: Event) -> None:
    """A listener for those who do not listen."""


@dataclass(frozen=True, slots=True)
class SweepContext:
    """What all trials of a search share."""

    recipe: Recipe
    space: Space
    base: BaseCheckpoint
    material: TrainingData
    folder: Path

    def workdir(self, number: int) -> Path:
        """Where a trial trains."""
        return self.folder / f"trial-{number}"


class PruningCallback:
    """Pass a trial's scores on to its study, and notes when it is not worth going on with.

    Epochs of trials are compared with the same epochs of others. After the last one nothing is
    left to be saved.
    """

    def __init__(self, trial: Trial, listen: Listener) -> None:
        self.trial, self.listen = trial, listen
        self.epochs = math.inf
        self.score: float | None = None
        self.pruned = False

    def on_event(self, event: Event) -> None:
        """Hear an event of the tuning."""
        if event.kind == "evaluated" and not self.pruned:  # Stopped, it is judged once more.
            self._judge(dict(event.values))
        self.listen(self.trial.number, event)

    def _judge(self, values: dict[str, Any]) -> None:
        epoch = math.ceil(values["epoch"])
        metric, score = next((k, v) for k, v in values.items() if k not in ("step", "epoch"))
        self.trial.study.set_user_attr("metric", metric)
        self.trial.report(score, epoch)
        if math.isfinite(score):
            self.score = max(score, self.score if self.score is not None else score)
        self.pruned = values["epoch"] < self.epochs and self.trial.should_prune()


def carry_out(study: Study, context: SweepContext, listen: Listener = quiet) -> None:
    """Do the next trial of a study. What goes wrong in the tuning is noted with the trial.

    The score is that of the best epoch, whose weights a tuning keeps. Nothing is left of the model.
    Interrupted, the trial counts as not done.
    """
    from optuna.trial import TrialState

    from chainzoo.tuning.context import RunContext
    from chainzoo.tuning.defaults import resolve
    from chainzoo.tuning.tune import tune

    trial = study.ask(context.space.distributions)
    trial.set_user_attr("process", this_process())
    course = PruningCallback(trial, listen)
    folder = context.workdir(trial.number)
    shutil.rmtree(folder, ignore_errors=True)  # Left from a database that is gone, perhaps.
    try:
        recipe = context.space.recipe(context.recipe, trial.params)
        recipe = resolve(recipe, context.base, len(context.material.train)).with_values(trackers=())
        course.epochs = recipe.epochs
        run = RunContext(folder, course.on_event, should_stop=lambda: course.pruned)
        tune(recipe, context.material, context.base, run)
        if course.score is None:
            raise TuningError("No epoch gave a score.", remedy="Allow more epochs.")
    except RunStoppedError:
        study.tell(trial, state=TrialState.PRUNED)
    except ChainZooError as error:
        trial.set_user_attr("error", str(error))
        study.tell(trial, state=TrialState.FAIL)
    except BaseException:
        study.tell(trial, state=TrialState.FAIL)
        raise
    else:
        study.tell(trial, course.score)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        gc.collect()  # The model is held in cycles; the next one wants its place.
    record = next(record for record in records(study) if record.number == trial.number)
    values = {**asdict(record), "counted": counted(study)}
    listen(trial.number, Event("failed" if record.error else "finished", values))
