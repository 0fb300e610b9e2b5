"""Strategies without a full fine-tuning: baselines, a linear probe, few-shot tuning."""

from __future__ import annotations

import time
from pathlib import Path

from chainzoo.evaluation.baselines import LINEAR, predict_baselines
from chainzoo.selection.context import SEED, TrialContext, scratch_folder
from chainzoo.selection.few_shot import draw_pairs, tune_few_shot
from chainzoo.selection.linear_probe import predict_linear_probe
from chainzoo.selection.trial import Trial
from chainzoo.tuning.base_checkpoint import load_base_checkpoint

BASELINE = "baseline"  # Stands for the model of trials that need none.
LINEAR_PROBE = "linear probe"
FEW_SHOT = "few-shot"


def run_baselines(context: TrialContext) -> list[Trial]:
    """Run what needs no model: majority class and TF-IDF, or the baselines of the task."""
    train, dev = context.parts.train, context.parts.dev
    started_at = time.perf_counter()
    predictions = predict_baselines(context.task, train, dev, context.labels, SEED)
    elapsed = time.perf_counter() - started_at
    trials = []
    for name, predicted in predictions.items():
        seconds = elapsed if name == LINEAR else 0.0  # The others take no time to speak of.
        ms_per_text = 1000 * seconds / max(len(train) + len(dev), 1)
        trials.append(Trial(BASELINE, name, predicted, seconds, ms_per_text, 0.0))
    return trials


def run_linear_probe(context: TrialContext, model: str) -> Trial:
    """Train logistic regression on the vectors of the untuned model."""
    train, dev = context.parts.train, context.parts.dev
    base = load_base_checkpoint(context.home, model, context.task)
    started_at = time.perf_counter()
    predictions = predict_linear_probe(base, context.task, train, dev, context.labels)
    seconds = time.perf_counter() - started_at
    ms_per_text = 1000 * seconds / (len(train) + len(dev))
    memory = weights_mb(base.folder)
    return Trial(model, LINEAR_PROBE, predictions, seconds, ms_per_text, memory)


def run_few_shot(context: TrialContext, model: str) -> Trial:
    """Tune on pairs of texts with like and unlike labels, then train logistic regression.

    This is SetFit's method (arXiv:2209.11055), for tasks that support it.
    """
    from sklearn.linear_model import LogisticRegression

    task, dev = context.task, context.parts.dev
    base = load_base_checkpoint(context.home, model, task)
    units = [unit for units in task.classification_units(context.parts.train) for unit in units]
    texts, names = [text for text, _ in units], [labels[0] for _, labels in units]
    started_at = time.perf_counter()
    with scratch_folder(context.home) as folder:
        encode = tune_few_shot(base, draw_pairs(texts, names, seed=SEED), folder, SEED)
    head = LogisticRegression(C=10, max_iter=500, random_state=SEED)
    head.fit(encode(texts), names)
    seconds = time.perf_counter() - started_at

    queries = [text for units in task.classification_units(dev) for text, _ in units]
    started_at = time.perf_counter()
    labels = head.predict(encode(queries))
    ms_per_text = 1000 * (time.perf_counter() - started_at) / len(queries)
    predicted = [[(str(label),)] for label in labels]
    predictions = task.predictions_from_units(dev, predicted, context.labels)
    return Trial(model, FEW_SHOT, predictions, seconds, ms_per_text, weights_mb(base.folder))


def weights_mb(folder: Path) -> float:
    """Return the size in MB of a model's weights in memory: that of its files."""
    return round(sum(file.stat().st_size for file in folder.glob("*.safetensors")) / 1e6, 1)
