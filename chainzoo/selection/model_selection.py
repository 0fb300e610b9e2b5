"""Select models within a time budget: all cheaply, the best thoroughly, others while it pays."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from chainzoo.errors import ChainZooError
from chainzoo.selection.context import TrialContext
from chainzoo.selection.strategies import LINEAR_PROBE, run_baselines, run_linear_probe
from chainzoo.selection.trial import Trial
from chainzoo.selection.tuning_trial import TuningTrial

KEPT_SHARE = 0.5  # Of the models that are compared: as many may be tuned.
MAX_GAP = 0.01  # A tuning that ends so far behind the linear probe is not followed by others.
MAX_SHARE_OF_TIME = 0.4  # Of tuning everything: within it, runners-up are tuned too.
PROBE_AHEAD = "tuning does not pay here: the linear probe is ahead"

OnTrial = Callable[[str], None]
Result = TypeVar("Result")


def ignore_trial(name: str) -> None:
    """Do nothing with the name of a trial that starts."""


class ModelSelection:
    """The trials that ended, the models that may still be tuned, and what was skipped and why.

    ``max_seconds`` is the time budget; what would exceed it is skipped. ``on_trial`` receives the
    name of each trial before it starts.
    """

    def __init__(
        self, context: TrialContext, methods: Sequence[str], max_seconds: float, on_trial: OnTrial
    ) -> None:
        self.context, self.methods = context, methods
        self.max_seconds, self.on_trial = max_seconds, on_trial
        self.started_at = time.monotonic()
        self.skipped: dict[str, str] = {}
        self.trials: list[Trial] = run_baselines(context)
        self.models: list[str] = []  # That may be tuned, the most promising first.
        self._cost: dict[str, float] = {}  # Seconds that the same work takes with each model.
        self._tunings: dict[tuple[str, str], TuningTrial] = {}

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started_at

    def run_linear_probes(self, models: Sequence[str]) -> None:
        """Run a linear probe of each model; the better half, at least one, may be tuned."""
        probes = [trial for model in models if (trial := self._probe(model))]
        self.trials += probes
        self._cost = {trial.model: trial.seconds for trial in probes}
        ranked = sorted(probes, key=self._score, reverse=True)
        self._keep_better_half([trial.model for trial in ranked], "in the linear probe")

    def run_first_epochs(self, models: Sequence[str], folder: Path) -> None:
        """Tune each model for an epoch by the first method; the better half may go on."""
        method = self.methods[0]
        tunings = [t for model in models if (t := self._start(model, method, folder))]
        self._cost = {tuning.model: tuning.seconds for tuning in tunings}
        ranked = sorted(tunings, key=_first_score, reverse=True)
        self._keep_better_half([tuning.model for tuning in ranked], "after an epoch")

    def tune_best(self, folder: Path) -> None:
        """Tune the most promising model: the better method to the end, others while there is time."""
        tunings: list[TuningTrial] = []
        while self.models and not tunings:
            best = self.models[0]
            tunings = [t for method in self.methods if (t := self._start(best, method, folder))]
            if not tunings:
                self.models.pop(0)
        for index, tuning in enumerate(sorted(tunings, key=_first_score, reverse=True)):
            if index and self.elapsed + tuning.remaining_seconds > self.max_seconds:
                self._skip_for_time(tuning.name)
            elif index and not self._tuning_pays():
                self.skipped[tuning.name] = PROBE_AHEAD
            else:
                self._finish(tuning)

    def tune_runners_up(self, folder: Path) -> None:
        """Tune the other models by the best method, while that is cheap next to tuning everything."""
        finished = [tuning for tuning in self._tunings.values() if tuning.finished]
        if not finished:
            return
        if not self._tuning_pays():
            self.skipped.update(dict.fromkeys(self.models[1:], PROBE_AHEAD))
            return
        best = max(finished, key=lambda tuning: tuning.scores[-1])
        rates = {t.method: t.seconds / max(self._cost[t.model], 1e-9) for t in finished}
        worthwhile = MAX_SHARE_OF_TIME * sum(self._cost.values()) * sum(rates.values())
        for model in self.models[1:]:
            name, seconds = f"{model} ({best.method})", self._cost[model] * rates[best.method]
            if self.elapsed + seconds > self.max_seconds:
                self._skip_for_time(name)
            elif self.elapsed + seconds > worthwhile:
                self.skipped[name] = f"{best.model} was ahead, and this would take {seconds:.0f} s"
            elif tuning := self._start(model, best.method, folder):
                self._finish(tuning)

    def _probe(self, model: str) -> Trial | None:
        name = f"{model} ({LINEAR_PROBE})"
        return self._try(name, lambda: run_linear_probe(self.context, model))

    def _tuning_pays(self) -> bool:
        """Not where a tuning ended a point behind the linear probe, as with few rows a label."""
        probes = [self._score(trial) for trial in self.trials if trial.strategy == LINEAR_PROBE]
        tuned = [self._score(trial) for trial in self.trials if trial.strategy in self.methods]
        return not probes or not tuned or max(tuned) > max(probes) - MAX_GAP

    def _score(self, trial: Trial) -> float:
        return self.context.score(trial.predictions)

    def _keep_better_half(self, ranked: list[str], where: str) -> None:
        kept = max(1, math.ceil(KEPT_SHARE * len(ranked)))
        if len(ranked) > 1:
            kept = min(kept, len(ranked) - 1)
        for model in ranked[kept:]:
            self.skipped[model] = f"behind {where}, so it was not tuned"
        self.models = ranked[:kept]

    def _start(self, model: str, method: str, folder: Path) -> TuningTrial | None:
        """A tuning after its first epoch, or ``None`` where that failed or there is no time."""
        if (model, method) in self._tunings:
            return self._tunings[model, method]
        tuning = TuningTrial(self.context, model, method, folder)
        if self._try(f"{tuning.name}, first epoch", tuning.start) is None:
            return None
        self._tunings[model, method] = tuning
        return tuning

    def _finish(self, tuning: TuningTrial) -> None:
        self.on_trial(tuning.name)
        try:
            self.trials.append(tuning.finish())
        except ChainZooError as error:
            self.skipped[tuning.name] = str(error)

    def _try(self, name: str, run: Callable[[], Result]) -> Result | None:
        """What ``run`` returns, or ``None`` where it failed or there is no time, which is noted."""
        if self.elapsed > self.max_seconds:
            self._skip_for_time(name)
            return None
        self.on_trial(name)
        try:
            return run()
        except ChainZooError as error:
            self.skipped[name] = str(error)
            return None

    def _skip_for_time(self, name: str) -> None:
        self.skipped[name] = f"the time of {self.max_seconds:g} s was used up"


def _first_score(tuning: TuningTrial) -> float:
    return tuning.scores[0]
