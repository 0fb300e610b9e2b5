"""The rounds of a comparison: all models cheaply, the best one thoroughly, runners-up while it pays."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from chainzoo.errors import ChainZooError
from chainzoo.selection.trials import (
    FROZEN,
    Trial,
    TrialContext,
    TuningTrial,
    frozen_trial,
    score_of,
    simple_trials,
)

KEPT = 0.5  # The share of the models that may be tuned.
BEHIND = 0.01  # A tuning that ends so far behind frozen vectors is not followed by others.
FROZEN_AHEAD = "tuning does not pay here: the frozen vectors are ahead"
SHARE = 0.4  # Of the time that tuning everything would take: within it, runners-up are tuned too.

Progress = Callable[[str], None]
Tried = TypeVar("Tried")


def quiet(step: str) -> None:
    """A progress listener for those who do not listen."""


class ModelSelection:
    """What was tried to the end, what was left out and why, and the time that is left."""

    def __init__(
        self, context: TrialContext, methods: Sequence[str], seconds: float, progress: Progress
    ) -> None:
        self.context, self.methods, self.seconds, self.progress = (
            context,
            methods,
            seconds,
            progress,
        )
        self.begun = time.monotonic()
        self.left_out: dict[str, str] = {}
        self.finished: list[Trial] = simple_trials(context)
        self.order: list[str] = []  # The models that may be tuned, the most promising first.
        self._cost: dict[str, float] = {}  # Seconds of the same work with each model.
        self._tunings: dict[tuple[str, str], TuningTrial] = {}

    @property
    def spent(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.begun

    def probe(self, models: Sequence[str]) -> None:
        """Frozen vectors of every model; the better half, at least one, goes on."""
        found = [
            trial
            for model in models
            if (trial := self._tried(f"{model} ({FROZEN})", frozen_trial, self.context, model))
        ]
        self.finished += found
        self._cost = {trial.model: trial.seconds for trial in found}
        ordered = sorted(found, key=lambda trial: -score_of(self.context, trial))
        self._keep([trial.model for trial in ordered], "in the probe of frozen vectors")

    def first_epochs(self, models: Sequence[str], folder: Path) -> None:
        """The first epoch of every model by the first method; the better half goes on."""
        method = self.methods[0]
        begun = [one for model in models if (one := self._begin(model, method, folder))]
        self._cost = {tuning.model: tuning.seconds for tuning in begun}
        ordered = sorted(begun, key=_first_score, reverse=True)
        self._keep([tuning.model for tuning in ordered], "after an epoch")

    def tune_best(self, folder: Path) -> None:
        """The most promising model by every method: the better one to its end, others in time."""
        for model in self.order:
            begun = [
                one for strategy in self.methods if (one := self._begin(model, strategy, folder))
            ]
            if begun:
                self.order = self.order[self.order.index(model) :]
                break
        else:
            return
        for at, tuning in enumerate(sorted(begun, key=_first_score, reverse=True)):
            if at and self.spent + tuning.seconds_left > self.seconds:
                self._out_of_time(tuning.name)
            elif at and not self._tuning_pays():
                self.left_out[tuning.name] = FROZEN_AHEAD
            else:
                self._finish(tuning)

    def tune_runners_up(self, folder: Path) -> None:
        """The others by the method that won, while that is cheap beside tuning everything."""
        done = [one for one in self._tunings.values() if one.finished]
        if not done:
            return
        if not self._tuning_pays():
            self.left_out.update(dict.fromkeys(self.order[1:], FROZEN_AHEAD))
            return
        best = max(done, key=lambda one: one.scores[-1])
        a_unit = {one.method: one.seconds / max(self._cost[one.model], 1e-9) for one in done}
        worth = SHARE * sum(self._cost.values()) * sum(a_unit.values())
        for model in self.order[1:]:
            name, needed = f"{model} ({best.method})", self._cost[model] * a_unit[best.method]
            if self.spent + needed > self.seconds:
                self._out_of_time(name)
            elif self.spent + needed > worth:
                self.left_out[name] = f"{best.model} was ahead, and this would take {needed:.0f} s"
            elif tuning := self._begin(model, best.method, folder):
                self._finish(tuning)

    def _tuning_pays(self) -> bool:
        """Not where a tuning ended a point behind the frozen vectors: there are few rows a label."""
        frozen = [score_of(self.context, t) for t in self.finished if t.strategy == FROZEN]
        tuned = [score_of(self.context, t) for t in self.finished if t.strategy in self.methods]
        return not frozen or not tuned or max(tuned) > max(frozen) - BEHIND

    def _keep(self, ordered: list[str], where: str) -> None:
        kept = max(1, math.ceil(KEPT * len(ordered)))
        if len(ordered) > 1:
            kept = min(kept, len(ordered) - 1)
        for model in ordered[kept:]:
            self.left_out[model] = f"behind {where}, so it was not tuned"
        self.order = ordered[:kept]

    def _begin(self, model: str, method: str, folder: Path) -> TuningTrial | None:
        """A tuning that has its first epoch behind it; ``None`` where that cannot be had."""
        known = self._tunings.get((model, method))
        if known is not None:
            return known
        tuning = TuningTrial(self.context, model, method, folder)
        if self._tried(f"{tuning.name}, first epoch", tuning.begin) is None:
            return None
        self._tunings[model, method] = tuning
        return tuning

    def _finish(self, tuning: TuningTrial) -> None:
        self.progress(tuning.name)
        try:
            self.finished.append(tuning.finish())
        except ChainZooError as error:
            self.left_out[tuning.name] = str(error)

    def _tried(self, what: str, trial: Callable[..., Tried], *given: object) -> Tried | None:
        if self.spent > self.seconds:
            self._out_of_time(what)
            return None
        self.progress(what)
        try:
            return trial(*given)
        except ChainZooError as error:
            self.left_out[what] = str(error)
            return None

    def _out_of_time(self, what: str) -> None:
        self.left_out[what] = f"the time of {self.seconds:g} s was used up"


def _first_score(tuning: TuningTrial) -> float:
    return tuning.scores[0]
