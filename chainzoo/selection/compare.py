"""Compare models on data: which one, tuned by which method, suits it best.

A linear probe ranks the models in seconds (where there is none, a first epoch does). The best one
is tuned by every method to the end, as first epochs do not tell methods apart; the runners-up of
the better half are tuned by the best method, while all of it takes less than 40 % of tuning
everything. It stops where a tuning ends a point behind the linear probe. The trials that ended are
compared by a paired bootstrap.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chainzoo.data import ReadOptions
from chainzoo.errors import TaskError
from chainzoo.home import Home
from chainzoo.selection.context import candidate_cards, open_trial_context, scratch_folder
from chainzoo.selection.model_selection import ModelSelection, OnTrial, ignore_trial
from chainzoo.selection.result import Comparison, choose, mark_pareto_optimal
from chainzoo.selection.strategies import BASELINE
from chainzoo.selection.trial import rank_trials

MAX_SECONDS = 600.0
METHODS = ("lora", "full")


def compare_models(
    home: Home,
    data: Any,
    *,
    models: Sequence[str] | None = None,
    methods: Sequence[str] = METHODS,
    options: ReadOptions | None = None,
    max_seconds: float = MAX_SECONDS,
    on_trial: OnTrial = ignore_trial,
) -> Comparison:
    """Compare models on ``data``: the named cards, or those for the task that are fetched.

    One tuning always goes to its end; further trials start only within ``max_seconds``.
    ``on_trial`` receives the name of each trial before it starts.

    Raises:
        DataError: the data cannot be read. UnknownCardError: a name is no card's.
        TaskError: no model could be tried.
    """
    context = open_trial_context(home, data, options)
    cards = {card.id: card for card in candidate_cards(home, context.task, models)}
    selection = ModelSelection(context, methods, max_seconds, on_trial)
    if context.has_units:
        selection.run_linear_probes(list(cards))
    with scratch_folder(home) as folder:
        if not selection.models:
            selection.run_first_epochs(list(cards), folder)
        selection.tune_best(folder)
        selection.tune_runners_up(folder)
    _require_a_model(selection)
    metric, ranked = rank_trials(context, selection.trials, cards)
    candidates = mark_pareto_optimal(ranked)
    chosen, verdict = choose(candidates, context.point(metric))
    return Comparison(
        data=context.data,
        task=context.task.name,
        metric=metric,
        rows=len(context.parts.dev),
        candidates=candidates,
        skipped=selection.skipped,
        chosen=chosen.name,
        verdict=verdict,
        seconds=round(selection.elapsed, 1),
    )


def _require_a_model(selection: ModelSelection) -> None:
    if any(trial.model != BASELINE for trial in selection.trials):
        return
    reasons = "; ".join(f"{name}: {reason}" for name, reason in selection.skipped.items())
    raise TaskError(f"No model could be tried. {reasons}", remedy="Fetch one: chainzoo fetch CARD.")
