"""Fine-tune a base checkpoint: a resolved recipe and examples in, a tuned model on disk out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chainzoo import atomic
from chainzoo.modeling.loading import LOADING_LOCK
from chainzoo.modeling.precision import resolve_precision
from chainzoo.tasks import ModelSettings, get_task
from chainzoo.tuning.base_checkpoint import BaseCheckpoint
from chainzoo.tuning.class_weights import class_weights
from chainzoo.tuning.context import RunContext
from chainzoo.tuning.cpu.allocator import keep_freed_memory
from chainzoo.tuning.dev_scores import DevScorer
from chainzoo.tuning.encoding import EncodedData, encode_data
from chainzoo.tuning.events import TuningEvent
from chainzoo.tuning.manifest import Manifest
from chainzoo.tuning.model_folder import TunedModel, save_model
from chainzoo.tuning.recipe import Recipe
from chainzoo.tuning.training_data import TrainingData


def tune(
    recipe: Recipe, data: TrainingData, base: BaseCheckpoint, context: RunContext
) -> TunedModel:
    """Fine-tune ``base`` with a resolved recipe; the model is saved in ``context.workdir/model``.

    Raises:
        RunStoppedError: ``context.should_stop`` returned true; a checkpoint was saved.
        OutOfMemoryError: the model and a batch do not fit; the remedy says what to lower.
        NotFiniteLossError: the loss became NaN or infinite.
    """
    from transformers import set_seed

    from chainzoo.tuning.cpu.trainable_tokens import merge_trained_tokens
    from chainzoo.tuning.train import train, translate_out_of_memory

    keep_freed_memory()
    context.workdir.mkdir(parents=True, exist_ok=True)
    set_seed(recipe.seed)
    task = get_task(recipe.task or "")
    processor = task.load_processor(base.folder)
    encoded = encode_data(task, processor, recipe, data)
    model = _build_model(base, recipe, encoded)
    context.on_event(TuningEvent("started", _sizes(model, encoded)))
    scorer = DevScorer(encoded, resolve_precision(recipe.precision))
    with translate_out_of_memory(recipe):
        history = train(model, recipe, encoded, scorer, context)
    merge_trained_tokens(model.encoder)
    manifest = Manifest(task.name, data.labels, base.card, base.sha256, recipe)
    return _save(model, processor, manifest, history, context.workdir)


def _build_model(base: BaseCheckpoint, recipe: Recipe, encoded: EncodedData) -> Any:
    """Return the task's network around the base, with the recipe's weights trainable."""
    from chainzoo.tuning.methods import apply_method, quantization_config

    labels = encoded.data.labels
    settings = ModelSettings(
        labels,
        recipe.pooling or "mean",
        recipe.dropout or 0.0,
        class_weights(recipe, encoded.train, labels),
        recipe.label_smoothing,
        quantization_config() if recipe.method == "qlora" else None,
        recipe.method,
    )
    with LOADING_LOCK:
        model = encoded.task.build_model(base.folder, settings)
    return apply_method(model, recipe, encoded.train, encoded.pad_id)


def _sizes(model: Any, encoded: EncodedData) -> dict[str, int]:
    from chainzoo.tuning.trainable_weights import count_trainable

    return {
        "rows": len(encoded.data.train),
        "windows": len(encoded.train),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "trainable": count_trainable(model),
    }


def _save(
    model: Any, processor: Any, manifest: Manifest, history: list[dict[str, Any]], workdir: Path
) -> TunedModel:
    save_model(model, processor, manifest, workdir / "model")
    atomic.write_text(workdir / "history.json", json.dumps(history))
    return TunedModel(workdir / "model", manifest, tuple(history))
