"""A recipe in the words of ``transformers.TrainingArguments``, and finding the last checkpoint."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chainzoo.tuning.batches import TokenBudgetBatches
from chainzoo.tuning.recipe import Recipe

SAVES_AN_EPOCH = 2
SCHEDULES = {
    "linear": "linear",
    "cosine": "cosine",
    "constant": "constant_with_warmup",
    "polynomial": "polynomial",
}


def training_arguments(recipe: Recipe, features: Sequence[Any], workdir: Path) -> Any:
    """``TrainingArguments`` for a resolved recipe."""
    import torch
    from transformers import TrainingArguments

    batches = batch_sampler(recipe, features)
    steps_an_epoch = max(1, math.ceil(len(batches) / recipe.accumulation))
    steps = math.ceil(steps_an_epoch * recipe.epochs)
    return TrainingArguments(
        output_dir=str(workdir / "checkpoints"),
        num_train_epochs=recipe.epochs,
        per_device_train_batch_size=recipe.batch_size or 32,
        gradient_accumulation_steps=recipe.accumulation,
        learning_rate=recipe.learning_rate or 5e-5,
        lr_scheduler_type=SCHEDULES[recipe.schedule],
        warmup_steps=round(steps * recipe.warmup),
        max_grad_norm=recipe.clip,
        weight_decay=recipe.weight_decay,
        seed=recipe.seed,
        bf16=recipe.precision == "bfloat16",
        use_cpu=not torch.cuda.is_available(),
        eval_strategy="epoch",
        save_strategy="steps",
        save_steps=max(1, min(500, steps_an_epoch // SAVES_AN_EPOCH)),
        save_total_limit=2,
        logging_strategy="steps",
        logging_steps=1 if steps < 200 else 10,
        logging_nan_inf_filter=False,
        report_to=list(recipe.trackers) or "none",
        run_name=recipe.name,
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=torch.cuda.is_available(),
    )


def batch_sampler(recipe: Recipe, features: Sequence[Any]) -> TokenBudgetBatches:
    """The batches of a run.

    Where each token has a loss, a step gets as many tokens as ``batch_size`` rows have on average:
    by rows, a token of a short sentence would weigh many times one of a long sentence.
    """
    lengths = [len(feature.input_ids) for feature in features]
    rows, budget = recipe.batch_size or 32, recipe.batch_tokens
    if any(feature.by_token for feature in features):
        budget = min(budget, math.ceil(rows * sum(lengths) / len(lengths)))
        rows = budget
    return TokenBudgetBatches(lengths, batch_tokens=budget, batch_size=rows, seed=recipe.seed)


def last_checkpoint(workdir: Path) -> Path | None:
    """The newest whole checkpoint; what a killed process left half written is removed."""
    folder = workdir / "checkpoints"
    whole = []
    for checkpoint in folder.glob("checkpoint-*"):
        if (checkpoint / "trainer_state.json").exists():  # It is written last.
            whole.append(checkpoint)
        else:
            shutil.rmtree(checkpoint, ignore_errors=True)
    return max(whole, key=lambda path: int(path.name.rpartition("-")[2]), default=None)
