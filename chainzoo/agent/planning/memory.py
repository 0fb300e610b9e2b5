"""Estimate the memory of a fine-tuning from the size of the model and of its widest batch.

Within a quarter of what was measured on minilm-l6 with every method.
"""

from __future__ import annotations

from chainzoo.agent.planning.resolved import ResolvedTuning
from chainzoo.catalog import ModelCard
from chainzoo.tuning.recipe import DEFAULT_BATCH_TOKENS

LIBRARIES_MB = 600
WEIGHT_COPIES = 3  # Tuned, evaluated, and loaded back for the parity check.
BATCH_COPIES = 4  # Batches differ in width, and the allocator keeps blocks of several widths.
WEIGHT_BYTES = 4  # float32
OPTIMIZER_BYTES = 12  # Per trained weight: a gradient and two moments in float32.
# Bytes saved for the backward pass, per token, layer and hidden unit: counted on minilm-l6.
SAVED_BYTES = {"full": 60, "lora": 90, "qlora": 90, "head": 0}
TRAINED_SHARE = 0.03  # Of the weights, by every method except "full".
DEFAULT_SIZE_MB = 400
CHARACTERS_PER_TOKEN = 3.5
SPECIAL_TOKENS = 2
# Encoders up to that many parameters: layers and hidden units.
SHAPES = ((25e6, 6, 384), (50e6, 12, 384), (150e6, 12, 768))
LARGEST_SHAPE = (24, 1024)


def parameter_count(card: ModelCard) -> float:
    """The number of parameters that a card states, or that follows from its size in float32."""
    return card.parameters or (card.size_mb or DEFAULT_SIZE_MB) * 1e6 / WEIGHT_BYTES


def estimate_memory_mb(tuning: ResolvedTuning) -> float:
    """Memory in MB by arithmetic, without training a step."""
    recipe = tuning.recipe
    parameters = parameter_count(tuning.card)
    longest = max(len(example.text) for example in tuning.split.train)
    width = min(longest / CHARACTERS_PER_TOKEN + SPECIAL_TOKENS, recipe.max_length or 512)
    tokens = min(recipe.batch_tokens or DEFAULT_BATCH_TOKENS, (recipe.batch_size or 32) * width)
    layers, hidden = _encoder_shape(parameters)
    saved = SAVED_BYTES[recipe.method] * tokens * layers * hidden
    trained = parameters if recipe.method == "full" else TRAINED_SHARE * parameters
    return sum_memory_mb(parameters, trained, saved)


def sum_memory_mb(parameters: float, trained: float, saved_bytes: float) -> float:
    """Memory in MB of the libraries, the weights, the optimizer and the activations."""
    weights = WEIGHT_COPIES * WEIGHT_BYTES * parameters
    optimizer = OPTIMIZER_BYTES * trained
    return LIBRARIES_MB + (weights + optimizer + BATCH_COPIES * saved_bytes) / 1e6


def _encoder_shape(parameters: float) -> tuple[int, int]:
    """Layers and hidden units of an encoder with about that many parameters."""
    for max_parameters, layers, hidden in SHAPES:
        if parameters <= max_parameters:
            return layers, hidden
    return LARGEST_SHAPE
