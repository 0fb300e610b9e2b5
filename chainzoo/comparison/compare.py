"""Which model, tuned how, suits some data: measured on its own rows, most time for the promising.

Successive halving (Jamieson & Talwalkar 2016): cheap probes of all models, the first epoch of the
better half, the first epoch of every method for the best model; of these tunings, the best goes on
to its end, and runners-up while all takes less than 40 % of tuning everything. Then a paired
bootstrap of what was seen to the end.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from chainzoo.catalog import Catalog, ModelCard
from chainzoo.comparison.outcome import Comparison, choose, with_front
from chainzoo.comparison.trials import (
    FROZEN,
    SEED,
    Bench,
    Trial,
    TuningTrial,
    frozen_trial,
    has_units,
    ranked,
    score_of,
    scratch,
    simple_trials,
)
from chainzoo.data import ReadOptions
from chainzoo.data.read import check_trainable
from chainzoo.data.split import own_split, split
from chainzoo.errors import ChainZooError, TaskError
from chainzoo.home import Home
from chainzoo.sealing import read_unsealed
from chainzoo.tasks import GenerativeTask, Task, get_task

SECONDS = 600.0
MOST_ROWS = 3000  # Learnt from at most; more change the order of the models rarely.
MOST_JUDGED = 1000
HOLDOUT = 0.2
METHODS = ("lora", "full")
KEPT = 0.5
SHARE = 0.4  # Of the time that tuning everything would take: within it, runners-up go on too.

Progress = Callable[[str], None]
Tried = TypeVar("Tried")


def quiet(step: str) -> None:
    """A progress listener for those who do not listen."""


def open_bench(home: Home, data: Any, options: ReadOptions | None) -> tuple[str, Bench]:
    """The data's name, and its rows in the two parts; sealed rows are in neither."""
    table = read_unsealed(home, data, options)
    check_trainable(table)
    parts = own_split(table) or split(table, HOLDOUT, SEED)
    task = get_task(table.task)
    labels = task.label_space(table.examples, table.multi_label)
    train, dev = _spread(parts.train, MOST_ROWS), _spread(parts.dev, MOST_JUDGED)
    return table.name, Bench(home, task, type(parts)(train, dev), labels)


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

    The best of the short round is always tuned to its end; others only while ``seconds`` last.

    Raises:
        DataError: the data cannot be read. UnknownCardError: a name is no card's.
        TaskError: no model could be tried.
    """
    begun = time.monotonic()
    name, bench = open_bench(home, data, options)
    cards = candidates(home, bench.task, models)
    left_out: dict[str, str] = {}

    def over() -> bool:
        return time.monotonic() - begun > seconds

    def tried(what: str, trial: Callable[[], Tried]) -> Tried | None:
        if over():
            left_out[what] = f"the time of {seconds:g} s was used up"
            return None
        progress(what)
        try:
            return trial()
        except ChainZooError as error:
            left_out[what] = str(error)
            return None

    finished = simple_trials(bench)
    probed = [card.id for card in cards]
    if has_units(bench):
        frozen = [
            t
            for c in cards
            if (t := tried(f"{c.id} ({FROZEN})", lambda c=c: frozen_trial(bench, c.id)))  # type: ignore[misc]
        ]
        finished += frozen
        probed = [t.model for t in _best(bench, frozen, KEPT, left_out)]
    with scratch(home) as folder:

        def begun_tuning(model: str, method: str) -> TuningTrial | None:
            tuning = TuningTrial(bench, model, method, folder)
            done = tried(f"{tuning.name}, first epoch", tuning.begin)
            return None if done is None else tuning

        tunings = [one for model in probed if (one := begun_tuning(model, methods[0]))]
        if tunings:
            best = max(tunings, key=_first_score).model
            tunings += [one for way in methods[1:] if (one := begun_tuning(best, way))]
        tunings.sort(key=lambda tuning: -_first_score(tuning))
        worth = SHARE * _seconds_of_all(tunings, finished, len(methods))
        for at, tuning in enumerate(tunings):
            spent = time.monotonic() - begun
            if at and (over() or spent + tuning.seconds_left > worth):
                left_out[tuning.name] = f"behind after an epoch ({_first_score(tuning):.3f})"
                continue
            progress(tuning.name)
            finished.append(tuning.finish())
    if all(trial.memory_mb == 0 for trial in finished):
        why = "; ".join(f"{what}: {reason}" for what, reason in left_out.items())
        raise TaskError(f"No model could be tried. {why}", remedy="Fetch one: chainzoo fetch CARD.")
    facts = {card.id: (card.size_mb, card.license) for card in cards}
    metric, rows = ranked(bench, finished, facts)
    rows = with_front(rows)
    taken, verdict = choose(rows, scale_of(metric))
    return Comparison(
        name,
        bench.task.name,
        metric,
        len(bench.parts.dev),
        rows,
        left_out,
        verdict,
        taken.name,
        round(time.monotonic() - begun, 1),
    )


def scale_of(metric: str) -> float:
    """What a score of 1.00 is called: BLEU and chrF count to 100."""
    return 100.0 if metric in ("bleu", "chrf") else 1.0


def _seconds_of_all(
    tunings: Sequence[TuningTrial], finished: Sequence[Trial], methods: int
) -> float:
    """What tuning every model by every method would take, by the first epochs that were seen.

    A model that was not begun takes so much longer or shorter as its frozen vectors took.
    """
    frozen = {trial.model: trial.seconds for trial in finished if trial.way == FROZEN}
    if not frozen:
        return sum(tuning.seconds + tuning.seconds_left for tuning in tunings)
    seen = sum(tuning.seconds + tuning.seconds_left for tuning in tunings)
    scale = sum(frozen[tuning.model] for tuning in tunings)
    return methods * sum(frozen.values()) * seen / scale if scale else 0.0


def _first_score(tuning: TuningTrial) -> float:
    return tuning.scores[0]


def _best(
    bench: Bench, trials: Sequence[Trial], share: float, left_out: dict[str, str]
) -> list[Trial]:
    """The better half, at least one; the others are told to be behind."""
    order = sorted(trials, key=lambda trial: -score_of(bench, trial))
    kept = max(1, math.ceil(share * len(order)))
    if len(order) > 1:
        kept = min(kept, len(order) - 1)
    for trial in order[kept:]:
        left_out[trial.model] = "behind in the probe of frozen vectors, so it was not tuned"
    return order[:kept]


def candidates(home: Home, task: Task, models: Sequence[str] | None) -> list[ModelCard]:
    """The cards named; or those of a fitting kind for the task whose weights are here."""
    catalog = Catalog.load(home)
    if models:
        return [catalog.get(name) for name in models]
    suited = [card for card in catalog.find(task=task.name) if card.kind in task.kinds]
    here = [card for card in suited if (home.weights / card.id).is_dir()]
    return here or [catalog.get(task.default_model)]


__all__ = ["GenerativeTask", "candidates", "compare_models", "open_bench", "scale_of"]
