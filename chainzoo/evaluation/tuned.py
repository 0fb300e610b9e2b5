"""Evaluate a model that was just tuned, on the rows that its run held out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chainzoo.evaluation.baselines import predict_baselines
from chainzoo.evaluation.evaluate import evaluate
from chainzoo.evaluation.report import Report
from chainzoo.evaluation.sampling import evaluation_sample
from chainzoo.inference.predictor import Predictor
from chainzoo.tasks import Task, get_task
from chainzoo.tuning.base_checkpoint import BaseCheckpoint
from chainzoo.tuning.model_folder import TunedModel, load_untuned
from chainzoo.tuning.training_data import TrainingData

SAME_ROWS = (
    "The best epoch was chosen on these same rows, so the scores are slightly optimistic. For an"
    " independent evaluation run `chainzoo evaluate` on rows that were held out."
)


@dataclass(frozen=True, slots=True)
class TunedEvaluation:
    """The report on a tuned model, and the examples and predictions that it was computed from."""

    report: Report
    examples: tuple[Any, ...]
    predictions: list[Any]


def evaluate_tuned(tuned: TunedModel, base: BaseCheckpoint, data: TrainingData) -> TunedEvaluation:
    """Evaluate a tuned model and its baselines on ``data.dev``.

    The baselines are those of the task, and the untuned base model where it can generate answers.
    """
    task, recipe = get_task(tuned.manifest.task), tuned.manifest.recipe
    examples, notes = evaluation_sample(task, data.dev)
    notes += data.notes
    if recipe.epochs > 1:
        notes.insert(0, SAME_ROWS)
    predictor = Predictor.load(tuned.folder, base.folder)
    started_at = time.perf_counter()
    predictions = predictor.predict_examples(examples)
    seconds = time.perf_counter() - started_at
    baselines = predict_baselines(task, data.train, examples, data.labels, recipe.seed)
    baselines.update(untuned_predictions(task, tuned, base, examples))
    report = evaluate(
        task,
        examples,
        predictions,
        data.labels,
        baselines=baselines,
        notes=notes,
        seconds=seconds,
    )
    return TunedEvaluation(report, examples, predictions)


def untuned_predictions(
    task: Task, tuned: TunedModel, base: BaseCheckpoint, examples: Sequence[Any]
) -> dict[str, list[Any]]:
    """Return the predictions of the untuned base model, by its name in the report.

    Empty for tasks whose head is new: only generative models answer before they are tuned.
    """
    if not task.works_untuned:
        return {}
    model = load_untuned(task, base, tuned.manifest.labels, tuned.manifest.recipe)
    return {f"{base.card}, untuned": Predictor(model).predict_examples(examples)}
