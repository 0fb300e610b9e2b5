"""Should you tune at all? The ways from the cheapest to the dearest, climbed while a rung pays."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from chainzoo.comparison.compare import Progress, open_bench, quiet, scale_of
from chainzoo.comparison.outcome import NEAR, Candidate
from chainzoo.comparison.trials import (
    CONTRASTIVE,
    FROZEN,
    Bench,
    Trial,
    contrastive_trial,
    frozen_trial,
    has_units,
    ranked,
    score_of,
    simple_trials,
    tuned_trial,
)
from chainzoo.data import ReadOptions
from chainzoo.errors import ChainZooError
from chainzoo.home import Home

PATIENCE = 2  # Rungs that may fail to pay before the climbing ends: a ladder has weak rungs.


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs that were climbed, the cheapest first; those that were not, with the reason.

    ``chosen`` is the name of the cheapest that is within a point of the best.
    """

    data: str
    task: str
    metric: str
    rows: int
    rungs: tuple[Candidate, ...]
    not_climbed: dict[str, str]
    chosen: str
    verdict: str
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)

    @property
    def choice(self) -> Candidate:
        """The rung to stay on."""
        return next(rung for rung in self.rungs if rung.name == self.chosen)


def climb(
    home: Home,
    data: Any,
    *,
    model: str | None = None,
    options: ReadOptions | None = None,
    progress: Progress = quiet,
) -> Ladder:
    """Climb from the simplest way to a full tuning of ``model``, as long as a rung pays.

    A rung pays when it is a point better than all below it; after two that do not, it ends.

    Raises:
        DataError: the data cannot be read. UnknownCardError: there is no such card.
    """
    begun = time.monotonic()
    name, bench = open_bench(home, data, options)
    card = model or bench.task.default_model
    trials = simple_trials(bench)
    scores = [score_of(bench, trial) for trial in trials]
    metric, _ = ranked(bench, trials[:1], {})
    step = NEAR * scale_of(metric)
    best, idle = max(scores), 0
    not_climbed: dict[str, str] = {}
    for what, rung in _rungs(bench, card):
        if idle >= PATIENCE:
            not_climbed[what] = f"the {PATIENCE} rungs below it did not pay"
            continue
        progress(what)
        try:
            trial = rung()
        except ChainZooError as error:
            not_climbed[what] = str(error)
            continue
        trials.append(trial)
        score = score_of(bench, trial)
        idle = 0 if score >= best + step else idle + 1
        best = max(best, score)
    metric, rows = ranked(bench, trials, {})
    order = {trial.name: at for at, trial in enumerate(trials)}
    rungs = tuple(sorted(rows, key=lambda row: order[row.name]))
    chosen = next(rung for rung in rungs if rung.score >= best - step)
    seconds = round(time.monotonic() - begun, 1)
    return Ladder(
        name,
        bench.task.name,
        metric,
        len(bench.parts.dev),
        rungs,
        not_climbed,
        chosen.name,
        _verdict(rungs, chosen),
        seconds,
    )


def _rungs(bench: Bench, card: str) -> Iterator[tuple[str, Callable[[], Trial]]]:
    if has_units(bench):
        yield FROZEN, lambda: frozen_trial(bench, card)
        if bench.labels.problem == "single" and bench.task.name == "text-classification":
            yield CONTRASTIVE, lambda: contrastive_trial(bench, card)
    yield "lora", lambda: tuned_trial(bench, card, "lora")
    yield "full", lambda: tuned_trial(bench, card, "full")


def _verdict(rungs: tuple[Candidate, ...], chosen: Candidate) -> str:
    best = max(rungs, key=lambda rung: rung.score)
    if chosen.way in ("lora", "full"):
        below = max((r.score for r in rungs if r.way not in ("lora", "full")), default=0.0)
        return (
            f"Yes, tune: {chosen.name} reaches {chosen.score:.3f} where the best way without"
            f" tuning reaches {below:.3f}."
        )
    return (
        f"No need to tune: {chosen.name} reaches {chosen.score:.3f}, within a point of the best"
        f" that was tried ({best.name}, {best.score:.3f})."
    )
