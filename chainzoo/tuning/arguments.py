"""A recipe as ``transformers.TrainingArguments``, its batches, and the checkpoint to resume from."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chainzoo.tuning.batch_sampler import TokenBudgetBatchSampler
from chainzoo.tuning.recipe import DEFAULT_BATCH_TOKENS, Recipe

CHECKPOINTS_FOLDER = "checkpoints"
CHECKPOINTS_PER_EPOCH = 2
MAX_STEPS_BETWEEN_CHECKPOINTS = 500
KEPT_CHECKPOINTS = 2
MAX_STEPS_LOGGED_EACH = 200

DEFAULT_BATCH_SIZE = 32
DEFAULT_LEARNING_RATE = 5e-5
LR_SCHEDULERS = {
    "linear": "linear",
    "cosine": "cosine",
    "constant": "constant_with_warmup",
    "polynomial": "polynomial",
}


def training_arguments(recipe: Recipe, features: Sequence[Any], workdir: Path) -> Any:
    """Return the ``TrainingArguments`` of a resolved recipe; checkpoints go below ``workdir``."""
    import torch
    from transformers import TrainingArguments

    batches = len(batch_sampler(recipe, features))
    steps_per_epoch = max(1, math.ceil(batches / recipe.gradient_accumulation_steps))
    steps = math.ceil(steps_per_epoch * recipe.epochs)
    save_steps = min(MAX_STEPS_BETWEEN_CHECKPOINTS, steps_per_epoch // CHECKPOINTS_PER_EPOCH)
    has_gpu = torch.cuda.is_available()
    return TrainingArguments(
        output_dir=str(workdir / CHECKPOINTS_FOLDER),
        num_train_epochs=recipe.epochs,
        per_device_train_batch_size=recipe.batch_size or DEFAULT_BATCH_SIZE,
        gradient_accumulation_steps=recipe.gradient_accumulation_steps,
        learning_rate=recipe.learning_rate or DEFAULT_LEARNING_RATE,
        lr_scheduler_type=LR_SCHEDULERS[recipe.lr_scheduler],
        warmup_steps=round(steps * recipe.warmup_ratio),
        max_grad_norm=recipe.max_grad_norm,
        weight_decay=recipe.weight_decay,
        seed=recipe.seed,
        bf16=recipe.precision == "bfloat16",
        use_cpu=not has_gpu,
        eval_strategy="epoch",
        save_strategy="steps",
        save_steps=max(1, save_steps),
        save_total_limit=KEPT_CHECKPOINTS,
        logging_strategy="steps",
        logging_steps=1 if steps < MAX_STEPS_LOGGED_EACH else 10,
        logging_nan_inf_filter=False,
        report_to=list(recipe.trackers) or "none",
        run_name=recipe.name,
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=has_gpu,
    )


def batch_sampler(recipe: Recipe, features: Sequence[Any]) -> TokenBudgetBatchSampler:
    """Return the sampler of a run's batches.

    Where each token has a loss, a batch holds as many tokens as ``batch_size`` rows of average
    length: with a fixed number of rows, a token of a short sentence would weigh many times a token
    of a long one.
    """
    lengths = [len(feature.input_ids) for feature in features]
    rows, tokens = (
        recipe.batch_size or DEFAULT_BATCH_SIZE,
        recipe.batch_tokens or DEFAULT_BATCH_TOKENS,
    )
    if any(feature.by_token for feature in features):
        tokens = min(tokens, math.ceil(rows * sum(lengths) / len(lengths)))
        rows = tokens
    return TokenBudgetBatchSampler(lengths, batch_tokens=tokens, batch_size=rows, seed=recipe.seed)


def last_checkpoint(workdir: Path) -> Path | None:
    """Return the newest complete checkpoint; incomplete ones of a killed process are removed."""
    complete = []
    for checkpoint in (workdir / CHECKPOINTS_FOLDER).glob("checkpoint-*"):
        if (checkpoint / "trainer_state.json").exists():  # The trainer writes it last.
            complete.append(checkpoint)
        else:
            shutil.rmtree(checkpoint, ignore_errors=True)
    return max(complete, key=lambda path: int(path.name.rpartition("-")[2]), default=None)
