"""Tuning methods: which weights of a model are trained, and which are added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from chainzoo.errors import MissingExtraError
from chainzoo.tuning.cpu.byte_dropout import set_dropout
from chainzoo.tuning.cpu.trainable_tokens import train_used_tokens
from chainzoo.tuning.recipe import Recipe


def apply_method(model: Any, recipe: Recipe, features: Sequence[Any], pad_id: int) -> Any:
    """Freeze the weights that stay and add those of LoRA; return the same model.

    ``features`` are the training features: with ``full`` only the tokens in them are trained.
    """
    if recipe.dropout is not None:
        set_dropout(model, recipe.dropout)
    if recipe.method == "full":
        if recipe.freeze_embeddings:
            model.encoder.get_input_embeddings().weight.requires_grad_(False)
        if _has_untied_embeddings(model.encoder):
            train_used_tokens(model.encoder, (feature.input_ids for feature in features), pad_id)
        return model
    for parameter in model.encoder.parameters():
        parameter.requires_grad_(False)
    for parameter in model.head.parameters():  # The head may be a part of the encoder.
        parameter.requires_grad_(True)
    if recipe.method == "qlora":
        from peft import prepare_model_for_kbit_training

        model.encoder = prepare_model_for_kbit_training(model.encoder)
    if recipe.method in ("lora", "qlora"):
        model.encoder = _add_lora(model.encoder, recipe)
    return model


def quantization_config() -> Any:
    """Return how QLoRA loads the base: 4-bit NormalFloat, double quantization (arXiv:2305.14314).

    Raises:
        MissingExtraError: bitsandbytes is not installed.
    """
    import importlib.util

    if importlib.util.find_spec("bitsandbytes") is None:
        raise MissingExtraError(
            "QLoRA needs bitsandbytes.", remedy="Run `pip install 'chainzoo[cuda]'`."
        )
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )


def _has_untied_embeddings(encoder: Any) -> bool:
    """Return whether the encoder has word embeddings that no output layer shares."""
    if encoder.get_output_embeddings() is not None:
        return False
    try:
        return encoder.get_input_embeddings() is not None
    except NotImplementedError:  # A vision model.
        return False


def _add_lora(encoder: Any, recipe: Recipe) -> Any:
    from peft import LoraConfig, get_peft_model

    targets = recipe.lora_target_modules
    config = LoraConfig(
        r=recipe.lora_rank,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.lora_dropout,
        target_modules=list(targets) if targets else _default_targets(encoder),
        bias="none",
    )
    return get_peft_model(encoder, config)


def _default_targets(encoder: Any) -> str | list[str]:
    """Return all linear layers; in a network without any, all convolutions."""
    if any(isinstance(module, torch.nn.Linear) for module in encoder.modules()):
        return "all-linear"
    modules = encoder.named_modules()
    return sorted(name for name, module in modules if isinstance(module, torch.nn.Conv2d))
