"""Decide the settings that a recipe leaves open, by the model, the data and the method."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chainzoo.errors import RecipeError
from chainzoo.modeling.precision import resolve_precision
from chainzoo.tasks import get_task
from chainzoo.tasks.traits import TrainingDefaults
from chainzoo.tuning.base_checkpoint import BaseCheckpoint
from chainzoo.tuning.recipe import DEFAULT_BATCH_TOKENS, Recipe

# Longer windows cost more than linearly and rarely help on short texts.
MAX_DEFAULT_LENGTH = 512
DEFAULT_HIDDEN_SIZE = 768
# Up to this hidden size the settings of small models are used: higher learning rates, no dropout.
# In a few epochs a small encoder underfits rather than overfits: on CoNLL-2003 minilm-l6 reaches an
# entity F1 of 0.918 without dropout and of 0.909 with 0.1 (bench/conll2003.py).
SMALL_HIDDEN_SIZE = 512
LARGE_MODEL_DROPOUT = 0.1

# Peak learning rates by method, for small and for large encoders. Small: measured with
# bench/conll2003.py and bench/banking77.py. Large: those of the BERT and LoRA papers
# (arXiv:1810.04805, appendix A.3; arXiv:2106.09685, appendix D).
LEARNING_RATES = {
    "full": (4e-4, 3e-5),
    "lora": (2e-3, 4e-4),
    "qlora": (2e-3, 4e-4),
    "head": (1e-2, 1e-3),
}

# The first two position embeddings of these are never a token's.
OFFSET_POSITION_MODELS = ("roberta", "xlm-roberta", "camembert")
POSITION_OFFSET = 2

SMALL_BATCH_SIZES, LARGE_BATCH_SIZE = (8, 16), 32
STEPS_PER_EPOCH = 200


def resolve_recipe(recipe: Recipe, base: BaseCheckpoint, rows: int) -> Recipe:
    """Return the recipe with every open setting decided; ``rows`` is the number of examples.

    Raises:
        RecipeError: a setting is impossible with this model or on this machine.
    """
    import torch

    if recipe.method == "qlora" and not torch.cuda.is_available():
        raise RecipeError(
            "method 'qlora' needs a CUDA GPU, and there is none.", remedy="Use --method lora."
        )
    config = _read_config(base.folder)
    is_small = _hidden_size(config) <= SMALL_HIDDEN_SIZE
    context = _context_length(config)
    if recipe.max_length is not None and recipe.max_length > context:
        raise RecipeError(
            f"max_length is {recipe.max_length}; {base.card} reads at most {context} tokens.",
            remedy=f"Set max_length to {context} or less; longer texts are read in windows.",
        )
    dropout = recipe.dropout
    if dropout is None:
        dropout = 0.0 if is_small else LARGE_MODEL_DROPOUT
    defaults = get_task(recipe.task).training_defaults if recipe.task else TrainingDefaults()
    rates = {**LEARNING_RATES, **defaults.learning_rates}
    small_rate, large_rate = rates[recipe.method]
    return recipe.with_values(
        dropout=dropout,
        learning_rate=recipe.learning_rate or (small_rate if is_small else large_rate),
        batch_size=recipe.batch_size or defaults.batch_size or _batch_size(rows),
        batch_tokens=recipe.batch_tokens or defaults.batch_tokens or DEFAULT_BATCH_TOKENS,
        max_length=recipe.max_length or min(context, defaults.max_length or MAX_DEFAULT_LENGTH),
        pooling=recipe.pooling or base.pooling or defaults.pooling or "cls",
        precision=resolve_precision(recipe.precision),
        freeze_embeddings=bool(recipe.freeze_embeddings),
    )


def _hidden_size(config: dict[str, Any]) -> int:
    size = config.get("hidden_size") or config.get("dim") or config.get("d_model")
    return int(size or DEFAULT_HIDDEN_SIZE)


def _context_length(config: dict[str, Any]) -> int:
    """Return the number of tokens that a model reads; 512 when its positions are relative."""
    positions = config.get("max_position_embeddings") or config.get("n_positions")
    length = int(positions or MAX_DEFAULT_LENGTH)
    if config.get("model_type") in OFFSET_POSITION_MODELS:
        return length - POSITION_OFFSET
    return length


def _batch_size(rows: int) -> int:
    """Return a size that makes some two hundred steps an epoch, from 8 to 32."""
    fitting = (size for size in SMALL_BATCH_SIZES if rows <= size * STEPS_PER_EPOCH)
    return next(fitting, LARGE_BATCH_SIZE)


def _read_config(folder: Path) -> dict[str, Any]:
    try:
        values = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise RecipeError(f"{folder} is not a model: {error}.", remedy="Fetch it again.") from None
    return dict(values)
