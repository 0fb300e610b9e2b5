"""Start here: the whole way of a model, from a file to something that can be called.

    find → fetch → read → split → tune → evaluate → keep → call

Every step is a module to the left of this one; the terminal, the runs and the agent's tools are
thin over it.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chainzoo.catalog import Catalog, ModelCard, fetch, weights_sha256
from chainzoo.data import ReadOptions, Table
from chainzoo.data.holdout import (
    held_out_count,
    read_held_out,
    read_training_data,
    record_use,
    summarize_uses,
)
from chainzoo.data.read import check_trainable
from chainzoo.data.splitting import Split, own_split, split
from chainzoo.errors import ChainZooError, ParityError, RecipeError, TaskError
from chainzoo.evaluation import Report
from chainzoo.evaluation.baselines import baselines
from chainzoo.evaluation.evaluate import evaluate as judge
from chainzoo.evaluation.paired import (
    ModelPredictions,
    PairedComparison,
    compare_paired,
    shared_labels,
)
from chainzoo.home import Home
from chainzoo.inference.predictor import Predictor
from chainzoo.registry import Lineage, ModelRecord, Registry, RunStore
from chainzoo.registry.names import name_from
from chainzoo.registry.records import installed_packages
from chainzoo.tasks import GenerativeTask, LabelSpace, Task, get_task
from chainzoo.tasks.base import shares_encoder
from chainzoo.tuning import Recipe
from chainzoo.tuning.events import OnEvent, ignore
from chainzoo.tuning.model_folder import BaseCheckpoint, TunedModel, untuned

MOST_WRITTEN = 200  # Rows for which a model writes a text, to be judged by.
WRITTEN_TWICE = 8

SAME_ROWS = (
    "The best epoch was chosen on these same rows, so the scores are a little flattering; for an"
    " independent judgement run `chainzoo evaluate` on rows that were set aside."
)
NO_BASELINES = (
    "No baselines stand beside: the file that the model was tuned on is gone or has changed."
)


@dataclass(frozen=True, slots=True)
class TuningJob:
    """One fine-tuning to be done: on what, where, and judged by which file (or a part of it)."""

    recipe: Recipe
    data: str
    workdir: Path
    test: str | None = None
    run: str | None = None
    resume: bool = False


def fine_tune(
    home: Home,
    job: TuningJob,
    on_event: OnEvent = ignore,
    should_stop: Callable[[], bool] = lambda: False,
) -> ModelRecord:
    """Tune, judge and keep a model; gives its record. Every error is a ``ChainZooError``."""
    from chainzoo.tuning.curves import plot_curves
    from chainzoo.tuning.defaults import resolve
    from chainzoo.tuning.tune import TrainingData, tune

    table = read_training_data(home, job.data, job.recipe.read_options)
    check_trainable(table)
    recipe = job.recipe.for_task(table.task)
    task = get_task(table.task)
    base = load_base_checkpoint(home, recipe.model or "", task)
    parts = parts_of(home, table, recipe, job.test)
    labels = task.label_space(parts.train, table.multi_label)
    task.check(parts.dev, labels)

    name = recipe.name or name_from(table.name)
    recipe = resolve(recipe.with_values(name=name), base, len(parts.train))
    material = TrainingData(parts.train, parts.dev, labels)
    tuned = tune(
        recipe,
        material,
        base,
        job.workdir,
        on_event=on_event,
        should_stop=should_stop,
        resume=job.resume,
    )

    predictor = Predictor.load(tuned.folder, base.folder)
    dev, few = judged_rows(task, parts.dev)
    begun = time.perf_counter()
    predictions = predictor.predict_examples(dev)
    seconds = time.perf_counter() - begun
    beside = baselines(task, parts.train, dev, labels, recipe.seed)
    beside.update(untuned_predictions(task, base, labels, recipe, dev))
    notes = [*([SAME_ROWS] if recipe.epochs > 1 else []), *few]
    report = judge(task, dev, predictions, labels, baselines=beside, notes=notes, seconds=seconds)
    plot_curves(tuned.history, tuned.folder / "curves.png")
    report.save(tuned.folder)

    lineage = Lineage(
        data_name=table.name,
        data_sha256=table.sha256,
        recipe=recipe.model_dump(mode="json"),
        base=base.card,
        base_sha256=base.sha256,
        packages=installed_packages(),
        run=job.run,
        held_out_rows=held_out_count(table),
    )
    check_parity(tuned, base, dev, predictions, job.workdir)
    registry = Registry(home)
    return registry.publish(
        name, tuned.folder, lineage, report.as_dict(), task=task.name, method=recipe.method
    )


def judged_rows(task: Task, examples: Sequence[Any]) -> tuple[tuple[Any, ...], list[str]]:
    """The rows to judge by, and a note where they are not all: writing takes its time."""
    rows = tuple(examples)
    if not (isinstance(task, GenerativeTask) and task.scored_by == "text"):
        return rows, []
    if len(rows) <= MOST_WRITTEN:
        return rows, []
    step = len(rows) / MOST_WRITTEN
    some = tuple(rows[int(at * step)] for at in range(MOST_WRITTEN))
    return some, [f"Judged on {MOST_WRITTEN} of {len(rows):,} rows, spread evenly over them."]


def untuned_predictions(
    task: Task, base: BaseCheckpoint, labels: LabelSpace, recipe: Recipe, examples: tuple[Any, ...]
) -> dict[str, list[Any]]:
    """What the base model does untuned, where it can do the task in some way already."""
    if not isinstance(task, GenerativeTask):
        return {}
    before = Predictor(untuned(task, base, labels, recipe))
    return {f"{base.card}, untuned": before.predict_examples(examples)}


def load_base_checkpoint(home: Home, card_id: str, task: Task | None = None) -> BaseCheckpoint:
    """The base model of a card, fetched when it is not there.

    Raises:
        RecipeError: the card is of a kind that cannot be the base of ``task``.
    """
    card = Catalog.load(home).get(card_id)
    check_kind(card, task)
    folder = fetch(card, home)
    return BaseCheckpoint(folder, card.id, weights_sha256(folder), card.pooling)


def check_kind(card: ModelCard, task: Task | None) -> None:
    """Refuse a card of a kind that cannot be the base of ``task``.

    Raises:
        RecipeError: it is; which kinds can be is told.
    """
    if task is not None and card.kind not in task.kinds:
        raise RecipeError(
            f"{card.id} is a model of kind {card.kind!r}; {task.name} needs"
            f" {' or '.join(repr(kind) for kind in task.kinds)}.",
            remedy=f"Choose another, such as {task.default_model}: chainzoo models --task {task.name}",
        )


def parts_of(home: Home, table: Table, recipe: Recipe, test: str | None) -> Split:
    """What to learn from and what to judge by: a file told, the file's own parts, or a share."""
    if test:
        options = recipe.read_options.model_copy(update={"task": table.task})
        judged = read_training_data(home, test, options)
        return Split(tuple(table.examples), tuple(judged.examples))
    return own_split(table) or split(table, recipe.holdout, recipe.seed)


def check_parity(
    tuned: TunedModel,
    base: BaseCheckpoint,
    examples: tuple[Any, ...],
    expected: list[Any],
    workdir: Path,
) -> None:
    """A copy of the model, loaded as users will load it, must answer as the evaluation says.

    Raises:
        ParityError: an answer differs; how many do, and the first.
    """
    if isinstance(get_task(tuned.manifest.task), GenerativeTask):
        examples = examples[:WRITTEN_TWICE]  # Writing all of it once more would take as long again.
        expected = Predictor.load(tuned.folder, base.folder).predict_examples(examples)
    copy = workdir / "parity"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(tuned.folder, copy)
    try:
        found = Predictor.load(copy, base.folder).predict_examples(examples)
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    wrong = [at for at, (a, b) in enumerate(zip(expected, found, strict=True)) if a != b]
    if wrong:
        raise ParityError(
            f"Saved and loaded back, the model answers {len(wrong)} of {len(expected)} rows"
            f" differently, the first on line {examples[wrong[0]].line}. It is not published.",
            remedy="Tune again; if it stays so, report it with the recipe.",
        )


def evaluate(
    home: Home,
    ref: str,
    data: Any,
    options: ReadOptions | None = None,
    *,
    holdout: bool = False,
) -> Report:
    """How good a tuned model is on data that it was not tuned on, with the baselines beside it.

    Columns and the like that were told when it was tuned hold here too, unless told otherwise.
    Rows that are sealed are left out; with ``holdout`` they alone are judged by, which is logged.
    """
    record = Registry(home).get(ref)
    predictor = open_predictor(home, record.ref)
    manifest = predictor.loaded.manifest
    table = judging_rows(home, predictor, data, options, holdout=holdout)
    task = predictor.loaded.task
    judged, notes = judged_rows(task, table.examples)
    begun = time.perf_counter()
    predictions = predictor.predict_examples(judged)
    seconds = time.perf_counter() - begun
    learnt_from = training_part(home, record, manifest.recipe)
    beside = {}
    if learnt_from:
        seed = manifest.recipe.seed
        beside = baselines(task, learnt_from, judged, manifest.labels, seed)
    else:
        notes.insert(0, NO_BASELINES)
    report = judge(
        task,
        judged,
        predictions,
        manifest.labels,
        baselines=beside,
        notes=notes,
        seconds=seconds,
    )
    if holdout:
        uses = record_use(
            home,
            model=record.ref,
            data=table.name,
            metric=report.metric,
            score=report.score,
            rows=report.rows,
        )
        report = replace(report, notes=(*report.notes, summarize_uses(uses)))
    return report


def judging_rows(
    home: Home,
    predictor: Predictor,
    data: Any,
    options: ReadOptions | None = None,
    *,
    holdout: bool = False,
) -> Table:
    """The rows of data to judge a model by, read as its own data was and checked for its labels."""
    manifest = predictor.loaded.manifest
    told = (options or ReadOptions()).model_dump(exclude_none=True)
    known = manifest.recipe.read_options.model_dump(exclude_none=True)
    reading = ReadOptions(**{**known, **told, "task": manifest.task})
    table = (read_held_out if holdout else read_training_data)(home, data, reading)
    predictor.loaded.task.check(table.examples, manifest.labels)
    return table


def evaluate_paired(
    home: Home, first: str, second: str, data: Any, options: ReadOptions | None = None
) -> PairedComparison:
    """Two tuned models on the same rows: which is better, and whether measurably.

    Raises:
        TaskError: they are of different tasks, or the labels are not those of both.
    """
    records = [Registry(home).get(ref) for ref in (first, second)]
    loaded = [open_predictor(home, record.ref) for record in records]
    if loaded[0].task != loaded[1].task:
        raise TaskError(
            f"{records[0].ref} is for {loaded[0].task}, {records[1].ref} for {loaded[1].task}.",
            remedy="Compare models of one task.",
        )
    table = judging_rows(home, loaded[0], data, options)
    task = loaded[0].loaded.task
    task.check(table.examples, loaded[1].loaded.manifest.labels)
    judged, _ = judged_rows(task, table.examples)
    sides = [
        ModelPredictions(record.ref, tuple(predictor.predict_examples(judged)))
        for record, predictor in zip(records, loaded, strict=True)
    ]
    labels = shared_labels([p.loaded.manifest.labels for p in loaded])
    return compare_paired(task, judged, sides[0], sides[1], labels, table.name)


def training_part(home: Home, record: ModelRecord, recipe: Recipe) -> tuple[Any, ...]:
    """The examples that a model was tuned on; none where the file is gone or has changed."""
    if record.lineage.run is None:
        return ()
    try:
        run = RunStore(Registry(home)).get(record.lineage.run)
        table = read_training_data(home, run.data, recipe.read_options)
        if table.sha256 != record.lineage.data_sha256:
            return ()
        return parts_of(home, table, recipe, run.options.get("test")).train
    except ChainZooError:
        return ()


def open_predictor(home: Home, ref: str) -> Predictor:
    """The predictor of a tuned model, by ``name``, ``name@version`` or ``name@alias``.

    It is for calls: its weights may lie as the processor likes them (``inference/packed.py``).
    """
    registry = Registry(home)
    record = registry.get(ref)
    folder = registry.path(record)
    base = None if record.method == "full" else load_base_checkpoint(home, record.base).folder
    predictor = Predictor.load(folder, base, name=record.ref)
    if shares_encoder(predictor.loaded.task):
        from chainzoo.inference.packed_linear import pack

        pack(predictor.loaded.model.encoder)
    return predictor
