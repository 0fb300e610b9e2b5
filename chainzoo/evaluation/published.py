"""Evaluate published models on other data: one model with its baselines, or two models paired."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from chainzoo.data import ReadOptions, Table
from chainzoo.data.holdout import read_held_out, read_training_data
from chainzoo.data.test_set_uses import record_use, summarize_uses
from chainzoo.errors import ChainZooError, TaskError
from chainzoo.evaluation.baselines import predict_baselines
from chainzoo.evaluation.evaluate import evaluate
from chainzoo.evaluation.paired import (
    ModelPredictions,
    PairedComparison,
    compare_paired,
    shared_labels,
)
from chainzoo.evaluation.report import Report
from chainzoo.evaluation.sampling import evaluation_sample
from chainzoo.home import Home
from chainzoo.inference.predictor import Predictor
from chainzoo.inference.published import open_predictor
from chainzoo.registry import ModelRecord, Registry, RunStore
from chainzoo.tuning import Recipe
from chainzoo.tuning.splits import split_data

NO_BASELINES = "There are no baselines: the training file is gone or has changed."


def evaluate_model(
    home: Home,
    ref: str,
    data: Any,
    options: ReadOptions | None = None,
    *,
    holdout: bool = False,
) -> Report:
    """Evaluate a published model on data that it was not tuned on, next to its baselines.

    ``data`` is read with the options that the model was tuned with; ``options`` override them.
    Held-out rows are left out; with ``holdout`` the model is evaluated on them alone, and the use
    is recorded.

    Raises:
        UnknownModelError: the registry has no such model.
        DataError: the data cannot be read, or has no held-out rows with ``holdout``.
        TaskError: the data has labels that the model does not know.
    """
    record = Registry(home).get(ref)
    predictor = open_predictor(home, record.ref)
    manifest, task = predictor.loaded.manifest, predictor.loaded.task
    table = read_evaluation_data(home, predictor, data, options, holdout=holdout)
    examples, notes = evaluation_sample(task, table.examples)
    notes += table.warnings
    started_at = time.perf_counter()
    predictions = predictor.predict_examples(examples)
    seconds = time.perf_counter() - started_at
    train = read_training_examples(home, record, manifest.recipe)
    baselines = {}
    if train:
        seed = manifest.recipe.seed
        baselines = predict_baselines(task, train, examples, manifest.labels, seed)
    else:
        notes.insert(0, NO_BASELINES)
    report = evaluate(
        task,
        examples,
        predictions,
        manifest.labels,
        baselines=baselines,
        notes=notes,
        seconds=seconds,
    )
    return _record_use(home, record, table, report) if holdout else report


def evaluate_paired(
    home: Home, first: str, second: str, data: Any, options: ReadOptions | None = None
) -> PairedComparison:
    """Evaluate two published models on the same rows and test whether their difference is real.

    Raises:
        TaskError: the models are of different tasks, or the data has labels that one of them does
            not know.
    """
    records = [Registry(home).get(ref) for ref in (first, second)]
    predictors = [open_predictor(home, record.ref) for record in records]
    if predictors[0].task != predictors[1].task:
        raise TaskError(
            f"{records[0].ref} is for {predictors[0].task}, {records[1].ref} for"
            f" {predictors[1].task}.",
            remedy="Compare models of one task.",
        )
    table = read_evaluation_data(home, predictors[0], data, options)
    task = predictors[0].loaded.task
    task.validate(table.examples, predictors[1].loaded.manifest.labels)
    examples, _ = evaluation_sample(task, table.examples)
    one, other = (
        ModelPredictions(record.ref, tuple(predictor.predict_examples(examples)))
        for record, predictor in zip(records, predictors, strict=True)
    )
    labels = shared_labels([predictor.loaded.manifest.labels for predictor in predictors])
    return compare_paired(task, examples, (one, other), labels, table.name)


def read_evaluation_data(
    home: Home,
    predictor: Predictor,
    data: Any,
    options: ReadOptions | None = None,
    *,
    holdout: bool = False,
) -> Table:
    """Read data to evaluate a model on, with the options that its training data was read with.

    Raises:
        DataError: the data cannot be read.
        TaskError: the data has labels that the model does not know.
    """
    manifest = predictor.loaded.manifest
    overrides = (options or ReadOptions()).model_dump(exclude_none=True)
    known = manifest.recipe.read_options.model_dump(exclude_none=True)
    merged = ReadOptions(**{**known, **overrides, "task": manifest.task})
    table = (read_held_out if holdout else read_training_data)(home, data, merged)
    predictor.loaded.task.validate(table.examples, manifest.labels)
    return table


def read_training_examples(home: Home, record: ModelRecord, recipe: Recipe) -> tuple[Any, ...]:
    """Read the examples that a model was tuned on; empty when the file is gone or has changed."""
    if record.lineage.run is None:
        return ()
    try:
        run = RunStore(Registry(home)).get(record.lineage.run)
        table = read_training_data(home, run.data, recipe.read_options)
        if table.sha256 != record.lineage.data_sha256:
            return ()
        return split_data(home, table, recipe, run.options.get("test")).train
    except ChainZooError:
        return ()


def _record_use(home: Home, record: ModelRecord, table: Table, report: Report) -> Report:
    """Record the use of held-out rows, and say in the report how often they were used."""
    uses = record_use(
        home,
        model=record.ref,
        data=table.name,
        metric=report.metric,
        score=report.score,
        rows=report.rows,
    )
    return replace(report, notes=(*report.notes, summarize_uses(uses)))
