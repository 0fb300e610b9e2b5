"""Should you tune at all? The ways from the cheapest to the dearest, climbed while a rung pays."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from chainzoo.comparison.compare import candidates, open_bench, scale_of
from chainzoo.comparison.outcome import Candidate
from chainzoo.comparison.race import Progress, quiet
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

NEAR = 0.01  # One point: a rung pays that adds as much.
# Texts a label up to which few-shot tuning is tried: SetFit's paper has 8 and 64 (arXiv:2209.11055);
# with hundreds it added nothing on the sets of bench/judgement.py, and took as long as LoRA.
FEW = 64
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
    """Climb from the simplest way to a full tuning, as long as a rung pays.

    The frozen vectors of every model of the task that is here are tried; the best model of these
    goes on, unless ``model`` names one. A rung pays when it is a point better than all below it;
    after two that do not, it ends.

    Raises:
        DataError: the data cannot be read. UnknownCardError: there is no such card.
    """
    begun = time.monotonic()
    name, bench = open_bench(home, data, options)
    cards = [card.id for card in candidates(home, bench.task, [model] if model else None)]
    trials = simple_trials(bench)
    scores = [score_of(bench, trial) for trial in trials]
    metric, _ = ranked(bench, trials[:1], {})
    step = NEAR * scale_of(metric)
    best, idle = max(scores), 0
    not_climbed: dict[str, str] = {}
    for what, rung in _rungs(bench, cards, not_climbed):
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


def _rungs(
    bench: Bench, cards: list[str], not_climbed: dict[str, str]
) -> Iterator[tuple[str, Callable[[], Trial]]]:
    """The rungs that need a model; why others are passed over goes to ``not_climbed``."""
    card = cards[0]
    if has_units(bench):
        frozen = _best_frozen(bench, cards, not_climbed)
        if frozen is not None:
            yield FROZEN, lambda: frozen
            card = frozen.model
        if bench.labels.problem == "single" and bench.task.name == "text-classification":
            if len(bench.parts.train) <= FEW * len(bench.labels.names):
                yield CONTRASTIVE, lambda: contrastive_trial(bench, card)
            else:
                not_climbed[CONTRASTIVE] = f"it is for {FEW} texts a label and fewer"
    yield "lora", lambda: tuned_trial(bench, card, "lora")
    yield "full", lambda: tuned_trial(bench, card, "full")


def _best_frozen(bench: Bench, cards: list[str], not_climbed: dict[str, str]) -> Trial | None:
    """The best of the models' frozen vectors; why not the others goes to ``not_climbed``."""
    trials = []
    for card in cards:
        try:
            trials.append(frozen_trial(bench, card))
        except ChainZooError as error:
            not_climbed[f"{card} ({FROZEN})"] = str(error)
    best = max(trials, key=lambda trial: score_of(bench, trial), default=None)
    for trial in trials:
        if trial is not best:
            not_climbed[trial.name] = f"its vectors reach {score_of(bench, trial):.3f}, no more"
    return best


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
