"""Advise whether to tune: try strategies from the cheapest to the most expensive while it pays."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from chainzoo.data import ReadOptions
from chainzoo.errors import ChainZooError
from chainzoo.home import Home
from chainzoo.selection.context import TrialContext, candidate_cards, open_trial_context
from chainzoo.selection.model_selection import OnTrial, ignore_trial
from chainzoo.selection.result import Advice, Candidate
from chainzoo.selection.strategies import (
    FEW_SHOT,
    LINEAR_PROBE,
    run_baselines,
    run_few_shot,
    run_linear_probe,
)
from chainzoo.selection.trial import Trial, rank_trials
from chainzoo.selection.tuning_trial import run_fine_tuning

# Texts a label up to which few-shot tuning is tried: SetFit's paper has 8 and 64 (arXiv:2209.11055);
# with hundreds it added nothing on the sets of bench/selection.py, and took as long as LoRA.
MAX_SHOTS = 64
PATIENCE = 2  # Strategies in a row that may fail to pay before the others are skipped.
TUNING_METHODS = ("lora", "full")


def advise(
    home: Home,
    data: Any,
    *,
    model: str | None = None,
    options: ReadOptions | None = None,
    on_trial: OnTrial = ignore_trial,
) -> Advice:
    """Try strategies from baselines to full fine-tuning; advise the cheapest that is good enough.

    A linear probe of each fetched model for the task chooses the model of the other strategies,
    unless ``model`` names one. A strategy pays when it is a point better than all cheaper ones;
    after two in a row that do not, the others are skipped. The cheapest strategy within a point of
    the best is chosen.

    Raises:
        DataError: the data cannot be read. UnknownCardError: there is no such card.
    """
    started_at = time.monotonic()
    context = open_trial_context(home, data, options)
    cards = candidate_cards(home, context.task, [model] if model else None)
    trials, skipped = _run_strategies(context, [card.id for card in cards], on_trial)
    metric, ranked = rank_trials(context, trials)
    order = {trial.name: index for index, trial in enumerate(trials)}
    candidates = tuple(sorted(ranked, key=lambda candidate: order[candidate.name]))
    threshold = ranked[0].score - context.point(metric)
    chosen = next(candidate for candidate in candidates if candidate.score >= threshold)
    return Advice(
        data=context.data,
        task=context.task.name,
        metric=metric,
        rows=len(context.parts.dev),
        candidates=candidates,
        skipped=skipped,
        chosen=chosen.name,
        verdict=_verdict(candidates, chosen),
        seconds=round(time.monotonic() - started_at, 1),
    )


def _run_strategies(
    context: TrialContext, models: Sequence[str], on_trial: OnTrial
) -> tuple[list[Trial], dict[str, str]]:
    """The trials, the cheapest first, and why others were skipped."""
    trials = run_baselines(context)
    best = max(context.score(trial.predictions) for trial in trials)
    metric = next(iter(context.scores(trials[0].predictions)))
    unprofitable, skipped = 0, dict[str, str]()
    for name, run in _strategies(context, models, skipped):
        if unprofitable >= PATIENCE:
            skipped[name] = f"the {PATIENCE} cheaper strategies before it did not pay"
            continue
        on_trial(name)
        try:
            trial = run()
        except ChainZooError as error:
            skipped[name] = str(error)
            continue
        trials.append(trial)
        score = context.score(trial.predictions)
        pays = score >= best + context.point(metric)
        unprofitable = 0 if pays else unprofitable + 1
        best = max(best, score)
    return trials, skipped


def _strategies(
    context: TrialContext, models: Sequence[str], skipped: dict[str, str]
) -> Iterator[tuple[str, Callable[[], Trial]]]:
    """The strategies that need a model; those that do not fit are noted in ``skipped``."""
    model = models[0]
    if context.has_units:
        probe = _best_linear_probe(context, models, skipped)
        if probe is not None:
            yield LINEAR_PROBE, lambda: probe
            model = probe.model
    if context.task.supports_few_shot(context.labels):
        if len(context.parts.train) <= MAX_SHOTS * len(context.labels.names):
            yield FEW_SHOT, lambda: run_few_shot(context, model)
        else:
            skipped[FEW_SHOT] = f"it is for at most {MAX_SHOTS} texts a label"
    yield "lora", lambda: run_fine_tuning(context, model, "lora")
    yield "full", lambda: run_fine_tuning(context, model, "full")


def _best_linear_probe(
    context: TrialContext, models: Sequence[str], skipped: dict[str, str]
) -> Trial | None:
    """The best of the models' linear probes; the others are noted in ``skipped``."""
    scores: dict[str, float] = {}
    trials = []
    for model in models:
        try:
            trial = run_linear_probe(context, model)
        except ChainZooError as error:
            skipped[f"{model} ({LINEAR_PROBE})"] = str(error)
            continue
        trials.append(trial)
        scores[trial.name] = context.score(trial.predictions)
    best = max(trials, key=lambda trial: scores[trial.name], default=None)
    for trial in trials:
        if trial is not best:
            skipped[trial.name] = f"its linear probe reaches only {scores[trial.name]:.3f}"
    return best


def _verdict(candidates: Sequence[Candidate], chosen: Candidate) -> str:
    best = max(candidates, key=lambda candidate: candidate.score)
    untuned = [c.score for c in candidates if c.strategy not in TUNING_METHODS]
    if chosen.strategy in TUNING_METHODS:
        return (
            f"Yes, tune: {chosen.name} reaches {chosen.score:.3f} where the best strategy without"
            f" tuning reaches {max(untuned, default=0.0):.3f}."
        )
    return (
        f"No need to tune: {chosen.name} reaches {chosen.score:.3f}, within a point of the best"
        f" that was tried ({best.name}, {best.score:.3f})."
    )
