"""One fine-tuning, from a resolved recipe and examples to a tuned model on disk."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from chainzoo.errors import OutOfMemoryError, RecipeError, RunStoppedError, TuningError
from chainzoo.tasks import GenerativeTask, LabelSpace, ModelSettings, Task, get_task
from chainzoo.tuning.cpu.allocator import keep_freed_memory
from chainzoo.tuning.defaults import class_weights
from chainzoo.tuning.events import Event, OnEvent, ignore
from chainzoo.tuning.forward import likelihoods, logits
from chainzoo.tuning.model_folder import BaseCheckpoint, Manifest, TunedModel, save
from chainzoo.tuning.recipe import Recipe


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What a run learns from, what it is judged by on the way, and the labels of both."""

    train: Sequence[Any]
    dev: Sequence[Any]
    labels: LabelSpace


def tune(
    recipe: Recipe,
    material: TrainingData,
    base: BaseCheckpoint,
    workdir: Path,
    *,
    on_event: OnEvent = ignore,
    should_stop: Callable[[], bool] = lambda: False,
    resume: bool = False,
) -> TunedModel:
    """Fine-tune ``base`` as the resolved ``recipe`` says; gives the model in ``workdir/model``.

    Checkpoints go to ``workdir``; with ``resume`` the last whole one is gone on from, to the same
    result as an undisturbed run.

    Raises:
        RunStoppedError: ``should_stop`` said so; a checkpoint of that moment is left.
        OutOfMemoryError: model and batch do not fit; the sentence says what to lower.
        NotFiniteLossError: the loss became NaN or infinite.
    """
    import torch
    from transformers import set_seed

    from chainzoo.tuning.cpu.sparse_embeddings import merge_used_rows
    from chainzoo.tuning.methods import prepare, quantization, trainable_parameters

    keep_freed_memory()
    workdir.mkdir(parents=True, exist_ok=True)
    set_seed(recipe.seed)
    task = get_task(recipe.task or "")
    tokenizer = task.open_processor(base.folder)
    encode = partial(
        task.encode,
        tokenizer=tokenizer,
        labels=material.labels,
        max_length=recipe.max_length or 512,
        stride=recipe.stride,
    )
    features, judged = encode(material.train), encode(material.dev)
    if recipe.packing:
        features = _packed(task, features, recipe.max_length or 512)
    weights = class_weights(recipe, features, len(material.labels.names), material.labels.problem)
    settings = ModelSettings(
        material.labels,
        recipe.pooling or "mean",
        recipe.dropout or 0.0,
        weights,
        recipe.label_smoothing,
        quantization() if recipe.method == "qlora" else None,
        recipe.method,
    )
    pad_id = getattr(tokenizer, "pad_token_id", None) or 0
    model = prepare(task.build(base.folder, settings), recipe, features, pad_id)
    dtype = torch.bfloat16 if recipe.precision == "bfloat16" else torch.float32

    def judge(model: Any) -> dict[str, float]:
        place = next(model.parameters()).device.type
        with torch.autocast(place, dtype, enabled=dtype != torch.float32):
            if isinstance(task, GenerativeTask):
                found = likelihoods(model, task, judged, material.labels, pad_id)
                return _expectation(found)
            rows = logits(model, task, judged, material.labels, pad_id)
        predictions = task.decode(rows, judged, material.dev, material.labels)
        counts = task.sufficient_statistics(material.dev, predictions, material.labels).sum(axis=0)
        return {k: float(v) for k, v in task.scores(counts, material.labels).items()}

    collate = partial(task.collate, pad_id=pad_id, labels=material.labels)
    counts = {
        "rows": len(material.train),
        "windows": len(features),
        "parameters": sum(p.numel() for p in model.parameters()),
        "trainable": trainable_parameters(model),
    }
    on_event(Event("started", counts))
    with _translate_errors(recipe):
        history = _train(
            recipe, model, features, collate, judge, workdir, on_event, should_stop, resume
        )
    merge_used_rows(model.encoder)
    manifest = Manifest(task.name, material.labels, base.card, base.sha256, recipe)
    save(model, tokenizer, manifest, workdir / "model")
    (workdir / "history.json").write_text(json.dumps(history), encoding="utf-8")
    return TunedModel(workdir / "model", manifest, tuple(history))


def _packed(task: Task, features: Sequence[Any], most: int) -> list[Any]:
    from chainzoo.tasks.text_to_text import pack

    alike = isinstance(task, GenerativeTask) and all(
        f.target is not None and len(f.target) == len(f.input_ids) for f in features
    )
    if not alike:
        raise RecipeError(
            f"packing is for models that write and have no encoder; the task is {task.name}.",
            remedy="Leave packing out.",
        )
    return pack(features, most)


def _expectation(likelihoods: Any) -> dict[str, float]:
    """How a model that writes is judged on the way: by how likely the true texts are to it."""
    nll, tokens = (float(value) for value in likelihoods.sum(axis=0))
    mean = nll / max(tokens, 1.0)
    return {"log_likelihood": -mean, "perplexity": math.exp(min(mean, 700.0))}


def _train(
    recipe: Recipe,
    model: Any,
    features: Sequence[Any],
    collate: Callable[..., Any],
    judge: Callable[[Any], dict[str, float]],
    workdir: Path,
    on_event: OnEvent,
    should_stop: Callable[[], bool],
    resume: bool,
) -> list[dict[str, Any]]:
    """Train and leave the best weights in ``model``; gives the history."""
    from chainzoo.tuning.arguments import last_checkpoint, training_arguments
    from chainzoo.tuning.callbacks import BestCheckpoint, Reporter
    from chainzoo.tuning.trainer import ZooTrainer

    checkpoint = last_checkpoint(workdir) if resume else None
    best = BestCheckpoint(workdir)
    if checkpoint is None:
        best.record.unlink(missing_ok=True)
    reporter = Reporter(on_event, should_stop, best, recipe.patience)
    trainer = ZooTrainer(
        recipe=recipe,
        judge=judge,
        model=model,
        args=training_arguments(recipe, features, workdir),
        train_dataset=features,
        eval_dataset=features,  # Asked for by the trainer; `judge` decides what is evaluated on.
        data_collator=collate,
        callbacks=[reporter],
    )
    trainer.remove_callback(_default_printer())
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    if reporter.stopped:
        raise RunStoppedError(
            f"Stopped at step {trainer.state.global_step} of {trainer.state.max_steps}.",
            remedy="Go on with --resume.",
        )
    best.restore(model)
    return reporter.history


def _default_printer() -> Any:
    from transformers.trainer_callback import PrinterCallback

    return PrinterCallback


@contextmanager
def _translate_errors(recipe: Recipe) -> Iterator[None]:
    """Out of memory, in words, from whichever layer noticed it."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, TuningError):
            raise
        text = str(error).lower()
        if isinstance(error, MemoryError) or "out of memory" in text or "can't allocate" in text:
            raise OutOfMemoryError(
                f"Out of memory with batches of {recipe.batch_tokens} tokens.",
                remedy=(
                    f"Lower batch_tokens to {max(recipe.batch_tokens // 2, 16)}, use --method lora,"
                    " or choose a smaller model."
                ),
            ) from None
        raise
