"""What a recipe leaves open, decided by the model, the data and the method."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chainzoo.errors import RecipeError
from chainzoo.modeling.precision import resolve_precision
from chainzoo.tuning.base_checkpoint import BaseCheckpoint
from chainzoo.tuning.recipe import Recipe

LONGEST = 512  # Longer windows cost more than quadratically and rarely pay on short texts.
# Hidden size up to which the settings of small models hold: higher learning rates, and no dropout.
# In a few epochs a small encoder fits too little rather than too much: on CoNLL-2003 minilm-l6
# reaches an entity F1 of 0.918 without dropout and of 0.909 with 0.1 (bench/conll2003.py).
SMALL = 512

# Peak learning rates by method, for small and for large encoders. Measured with bench/conll2003.py
# and bench/banking77.py on a small one; for large ones those of the BERT and LoRA papers
# (arXiv:1810.04805, appendix A.3; arXiv:2106.09685, appendix D).
LEARNING_RATES = {
    "full": (4e-4, 3e-5),
    "lora": (2e-3, 4e-4),
    "qlora": (2e-3, 4e-4),
    "head": (1e-2, 1e-3),
}


def resolve(recipe: Recipe, base: BaseCheckpoint, rows: int) -> Recipe:
    """The recipe with every open field decided; ``rows`` are the examples to train on.

    Raises:
        RecipeError: what was asked for cannot be had with this model or on this machine.
    """
    import torch

    if recipe.method == "qlora" and not torch.cuda.is_available():
        raise RecipeError(
            "method 'qlora' needs a CUDA card; there is none here.", remedy="Use --method lora."
        )
    config = _config(base.folder)
    width = config.get("hidden_size") or config.get("dim") or config.get("d_model") or 768
    small = int(width) <= SMALL
    context = _context(config)
    if recipe.max_length is not None and recipe.max_length > context:
        raise RecipeError(
            f"max_length is {recipe.max_length}; {base.card} reads {context} tokens at most.",
            remedy=f"Set max_length to {context} or less; longer texts are read in windows.",
        )
    dropout = recipe.dropout
    if dropout is None:
        dropout = 0.0 if small else 0.1
    rate = LEARNING_RATES[recipe.method][0 if small else 1]
    return recipe.with_values(
        dropout=dropout,
        learning_rate=recipe.learning_rate or rate,
        batch_size=recipe.batch_size or _batch_size(rows),
        max_length=recipe.max_length or min(context, LONGEST),
        pooling=recipe.pooling or base.pooling or "cls",
        precision=resolve_precision(recipe.precision),
        freeze_embeddings=bool(recipe.freeze_embeddings),
    )


def _context(config: dict[str, Any]) -> int:
    """Token ids that a model reads at once; a model of relative positions has no end of its own."""
    stated = config.get("max_position_embeddings") or config.get("n_positions") or LONGEST
    if config.get("model_type") in ("roberta", "xlm-roberta", "camembert"):
        return int(stated) - 2  # The first two places are never a token's.
    return int(stated)


def _batch_size(rows: int) -> int:
    """Some two hundred steps an epoch, within what trains well."""
    return next((size for size in (8, 16) if rows <= size * 200), 32)


def _config(folder: Path) -> dict[str, Any]:
    try:
        values = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise RecipeError(f"{folder} is not a model: {error}.", remedy="Fetch it again.") from None
    return dict(values)


def class_weights(
    recipe: Recipe, features: Sequence[Any], size: int, problem: str
) -> tuple[float, ...] | None:
    """Weights inverse to how often a class occurs, with mean 1 over the examples; or none."""
    import numpy as np

    if recipe.class_weights == "none":
        return None
    if problem in ("span", "score", "text"):
        raise RecipeError(
            f"class_weights is {recipe.class_weights!r}, and the task has no classes.",
            remedy="Leave it out.",
        )
    if problem == "multi":
        targets = np.asarray([feature.target for feature in features])
        positive = np.maximum(targets.sum(axis=0), 1)
        return tuple(float(w) for w in np.clip((len(targets) - positive) / positive, 1, 100))
    flat = np.concatenate([np.atleast_1d(np.asarray(feature.target)) for feature in features])
    found = np.maximum(np.bincount(flat[flat >= 0], minlength=size), 1)
    return tuple(float(w) for w in found.sum() / (size * found))
