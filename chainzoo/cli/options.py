"""Options that several commands share, most of them generated from pydantic models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from chainzoo.cli.model_options import GENERAL, ModelOptions

READING = "Reading the data (inferred by default)"

# Every field of a recipe has an option. Those that most people set come first.
RECIPE = ModelOptions(
    "chainzoo.tuning.recipe:Recipe",
    groups={
        GENERAL: (
            "task",
            "model",
            "method",
            "name",
            "epochs",
            "learning_rate",
            "batch_size",
        ),
        "Optimization": (
            "batch_tokens",
            "gradient_accumulation_steps",
            "optimizer",
            "weight_decay",
            "momentum",
            "lr_scheduler",
            "warmup_ratio",
            "max_grad_norm",
            "class_weights",
            "label_smoothing",
            "dropout",
            "precision",
            "seed",
        ),
        "LoRA": (
            "lora_rank",
            "lora_alpha",
            "lora_dropout",
            "lora_target_modules",
            "freeze_embeddings",
        ),
        "Inputs of the model": ("max_length", "stride", "packing", "pooling"),
        "Evaluation": ("validation_split", "patience", "trackers"),
        READING: None,
    },
    repeatable={"trackers": "tracker", "lora_target_modules": "lora-target-module"},
)
FIXED_RECIPE = replace(
    RECIPE,
    groups={
        "Settings that are the same in all trials" if heading == GENERAL else heading: fields
        for heading, fields in RECIPE.groups.items()
    },
)
RECIPE_WITHOUT_TASK = replace(RECIPE, excluded=("task",))
READ_OPTIONS = ModelOptions(
    "chainzoo.data.options:ReadOptions",
    groups={READING: None},
)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json``, for output that programs read."""
    return click.option("--json", "json_", is_flag=True, help="Print JSON.")(command)
