"""Should you tune at all? The ways from the cheapest to the dearest, climbed while a rung pays."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from chainzoo.data import ReadOptions
from chainzoo.errors import ChainZooError
from chainzoo.home import Home
from chainzoo.selection.compare import candidates, open_trial_context, scale_of
from chainzoo.selection.model_selection import Progress, quiet
from chainzoo.selection.result import Candidate
from chainzoo.selection.trials import (
    CONTRASTIVE,
    FROZEN,
    Trial,
    TrialContext,
    contrastive_trial,
    frozen_trial,
    has_units,
    ranked,
    score_of,
    simple_trials,
    tuned_trial,
)

NEAR = 0.01  # One point: a rung pays that adds as much.
# Texts a label up to which few-shot tuning is tried: SetFit's paper has 8 and 64 (arXiv:2209.11055);
# with hundreds it added nothing on the sets of bench/judgement.py, and took as long as LoRA.
FEW = 64
PATIENCE = 2  # Rungs that may fail to pay before the climbing ends: a ladder has weak rungs.


@dataclass(frozen=True, slots=True)
class Advice:
    """The rungs that were climbed, the cheapest first; those that were not, with the reason.

    ``chosen`` is the name of the cheapest that is within a point of the best.
    """

    data: str
    task: str
    metric: str
    rows: int
    strategies: tuple[Candidate, ...]
    not_tried: dict[str, str]
    chosen: str
    verdict: str
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)

    @property
    def choice(self) -> Candidate:
        """The rung to stay on."""
        return next(strategy for strategy in self.strategies if strategy.name == self.chosen)


def advise(
    home: Home,
    data: Any,
    *,
    model: str | None = None,
    options: ReadOptions | None = None,
    progress: Progress = quiet,
) -> Advice:
    """Climb from the simplest way to a full tuning, as long as a rung pays.

    The frozen vectors of every model of the task that is here are tried; the best model of these
    goes on, unless ``model`` names one. A rung pays when it is a point better than all below it;
    after two that do not, it ends.

    Raises:
        DataError: the data cannot be read. UnknownCardError: there is no such card.
    """
    begun = time.monotonic()
    name, context = open_trial_context(home, data, options)
    cards = [card.id for card in candidates(home, context.task, [model] if model else None)]
    trials = simple_trials(context)
    scores = [score_of(context, trial) for trial in trials]
    metric, _ = ranked(context, trials[:1], {})
    step = NEAR * scale_of(metric)
    best, idle = max(scores), 0
    not_tried: dict[str, str] = {}
    for what, strategy in _rungs(context, cards, not_tried):
        if idle >= PATIENCE:
            not_tried[what] = f"the {PATIENCE} rungs below it did not pay"
            continue
        progress(what)
        try:
            trial = strategy()
        except ChainZooError as error:
            not_tried[what] = str(error)
            continue
        trials.append(trial)
        score = score_of(context, trial)
        idle = 0 if score >= best + step else idle + 1
        best = max(best, score)
    metric, rows = ranked(context, trials, {})
    order = {trial.name: at for at, trial in enumerate(trials)}
    strategies = tuple(sorted(rows, key=lambda row: order[row.name]))
    chosen = next(strategy for strategy in strategies if strategy.score >= best - step)
    seconds = round(time.monotonic() - begun, 1)
    return Advice(
        name,
        context.task.name,
        metric,
        len(context.parts.dev),
        strategies,
        not_tried,
        chosen.name,
        _verdict(strategies, chosen),
        seconds,
    )


def _rungs(
    context: TrialContext, cards: list[str], not_tried: dict[str, str]
) -> Iterator[tuple[str, Callable[[], Trial]]]:
    """The rungs that need a model; why others are passed over goes to ``not_tried``."""
    card = cards[0]
    if has_units(context):
        frozen = _best_frozen(context, cards, not_tried)
        if frozen is not None:
            yield FROZEN, lambda: frozen
            card = frozen.model
        if context.task.supports_few_shot(context.labels):
            if len(context.parts.train) <= FEW * len(context.labels.names):
                yield CONTRASTIVE, lambda: contrastive_trial(context, card)
            else:
                not_tried[CONTRASTIVE] = f"it is for {FEW} texts a label and fewer"
    yield "lora", lambda: tuned_trial(context, card, "lora")
    yield "full", lambda: tuned_trial(context, card, "full")


def _best_frozen(
    context: TrialContext, cards: list[str], not_tried: dict[str, str]
) -> Trial | None:
    """The best of the models' frozen vectors; why not the others goes to ``not_tried``."""
    trials = []
    for card in cards:
        try:
            trials.append(frozen_trial(context, card))
        except ChainZooError as error:
            not_tried[f"{card} ({FROZEN})"] = str(error)
    best = max(trials, key=lambda trial: score_of(context, trial), default=None)
    for trial in trials:
        if trial is not best:
            not_tried[trial.name] = f"its vectors reach {score_of(context, trial):.3f}, no more"
    return best


def _verdict(strategies: tuple[Candidate, ...], chosen: Candidate) -> str:
    best = max(strategies, key=lambda strategy: strategy.score)
    if chosen.strategy in ("lora", "full"):
        below = max(
            (r.score for r in strategies if r.strategy not in ("lora", "full")), default=0.0
        )
        return (
            f"Yes, tune: {chosen.name} reaches {chosen.score:.3f} where the best way without"
            f" tuning reaches {below:.3f}."
        )
    return (
        f"No need to tune: {chosen.name} reaches {chosen.score:.3f}, within a point of the best"
        f" that was tried ({best.name}, {best.score:.3f})."
    )
