"""Which model, tuned how, suits some data: measured on its own rows, most time for the promising.

Frozen vectors rank the models in seconds (where there are none, a first epoch does). The best one
is tuned by every method to its end, as first epochs tell methods apart badly; the runners-up of the
better half by the method that won, while all takes less than 40 % of tuning everything. It ends
where a tuning stays a point behind the frozen vectors. Then a paired bootstrap of what was seen to
the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chainzoo.catalog import Catalog, ModelCard
from chainzoo.data import ReadOptions
from chainzoo.data.holdout import read_training_data
from chainzoo.data.splitting import predefined_split, stratified_split
from chainzoo.data.table import check_trainable
from chainzoo.errors import TaskError
from chainzoo.home import Home
from chainzoo.selection.model_selection import ModelSelection, Progress, quiet
from chainzoo.selection.result import Comparison, choose, with_front
from chainzoo.selection.trials import SEED, TrialContext, has_units, ranked, scratch
from chainzoo.tasks import Task, get_task

SECONDS = 600.0
MOST_ROWS = 3000  # Learnt from at most; more change the order of the models rarely.
MOST_JUDGED = 1000
HOLDOUT = 0.2
METHODS = ("lora", "full")


def open_trial_context(
    home: Home, data: Any, options: ReadOptions | None
) -> tuple[str, TrialContext]:
    """The data's name, and its rows in the two parts; sealed rows are in neither."""
    table = read_training_data(home, data, options)
    check_trainable(table)
    parts = predefined_split(table) or stratified_split(table, HOLDOUT, SEED)
    task = get_task(table.task)
    labels = task.label_space(table.examples, table.multi_label)
    train, dev = _spread(parts.train, MOST_ROWS), _spread(parts.dev, MOST_JUDGED)
    return table.name, TrialContext(home, task, type(parts)(train, dev), labels)


def _spread(examples: Sequence[Any], most: int) -> tuple[Any, ...]:
    """At most so many, evenly from all over: files are often sorted."""
    if len(examples) <= most:
        return tuple(examples)
    step = len(examples) / most
    return tuple(examples[int(at * step)] for at in range(most))


def compare_models(
    home: Home,
    data: Any,
    *,
    models: Sequence[str] | None = None,
    methods: Sequence[str] = METHODS,
    options: ReadOptions | None = None,
    seconds: float = SECONDS,
    progress: Progress = quiet,
) -> Comparison:
    """Compare models on ``data``: those named, or those of the task whose weights are here.

    One tuning always goes to its end; others only while ``seconds`` last.

    Raises:
        DataError: the data cannot be read. UnknownCardError: a name is no card's.
        TaskError: no model could be tried.
    """
    name, context = open_trial_context(home, data, options)
    cards = candidates(home, context.task, models)
    race = ModelSelection(context, methods, seconds, progress)
    if has_units(context):
        race.probe([card.id for card in cards])
    with scratch(home) as folder:
        if not race.order:
            race.first_epochs([card.id for card in cards], folder)
        race.tune_best(folder)
        race.tune_runners_up(folder)
    if all(trial.memory_mb == 0 for trial in race.finished):
        why = "; ".join(f"{what}: {reason}" for what, reason in race.left_out.items())
        raise TaskError(f"No model could be tried. {why}", remedy="Fetch one: chainzoo fetch CARD.")
    facts = {card.id: (card.size_mb, card.license) for card in cards}
    metric, rows = ranked(context, race.finished, facts)
    rows = with_front(rows)
    taken, verdict = choose(rows, scale_of(metric))
    return Comparison(
        name,
        context.task.name,
        metric,
        len(context.parts.dev),
        rows,
        race.left_out,
        verdict,
        taken.name,
        round(race.spent, 1),
    )


def scale_of(metric: str) -> float:
    """What a score of 1.00 is called: BLEU and chrF count to 100."""
    return 100.0 if metric in ("bleu", "chrf") else 1.0


def candidates(home: Home, task: Task, models: Sequence[str] | None) -> list[ModelCard]:
    """The cards named; or those of a fitting kind for the task whose weights are here."""
    catalog = Catalog.load(home)
    if models:
        return [catalog.get(name) for name in models]
    suited = [card for card in catalog.find(task=task.name) if card.kind in task.base_kinds]
    here = [card for card in suited if (home.weights / card.id).is_dir()]
    return here or [catalog.get(task.default_model)]


__all__ = ["candidates", "compare_models", "open_trial_context", "scale_of"]
