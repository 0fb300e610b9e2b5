"""Which weights of a model are tuned: all, LoRA's, or the head's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from chainzoo.errors import MissingExtraError
from chainzoo.tuning.cpu.byte_dropout import set_dropout
from chainzoo.tuning.cpu.sparse_embeddings import train_used_rows
from chainzoo.tuning.recipe import Recipe


def prepare(model: Any, recipe: Recipe, features: Sequence[Any], pad_id: int) -> Any:
    """Freeze what stays and add what is learnt from ``features``; gives the same model back."""
    if recipe.dropout is not None:
        set_dropout(model, recipe.dropout)
    if recipe.method == "full":
        if recipe.freeze_embeddings:
            model.encoder.get_input_embeddings().weight.requires_grad_(False)
        if _has_embeddings_of_its_own(model.encoder):
            train_used_rows(model.encoder, (feature.input_ids for feature in features), pad_id)
        return model
    for parameter in model.encoder.parameters():
        parameter.requires_grad_(False)
    for parameter in model.head.parameters():  # It may be a part of the encoder.
        parameter.requires_grad_(True)
    if recipe.method == "qlora":
        from peft import prepare_model_for_kbit_training

        model.encoder = prepare_model_for_kbit_training(model.encoder)
    if recipe.method in ("lora", "qlora"):
        model.encoder = _with_lora(model.encoder, recipe)
    return model


def _has_embeddings_of_its_own(encoder: Any) -> bool:
    """Whether there is a table of words that no output layer shares, as a language model's does."""
    if encoder.get_output_embeddings() is not None:
        return False
    try:
        return encoder.get_input_embeddings() is not None
    except NotImplementedError:  # A model of pictures.
        return False


def quantization() -> Any:
    """How QLoRA loads the base: 4-bit NormalFloat with double quantisation (arXiv:2305.14314).

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


def _with_lora(encoder: Any, recipe: Recipe) -> Any:
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=recipe.lora_rank,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.lora_dropout,
        target_modules=list(recipe.lora_targets) if recipe.lora_targets else _layers(encoder),
        bias="none",
    )
    return get_peft_model(encoder, config)


def _layers(encoder: Any) -> str | list[str]:
    """All linear layers; in a network of convolutions alone, these."""
    if any(isinstance(module, torch.nn.Linear) for module in encoder.modules()):
        return "all-linear"
    names = (n for n, m in encoder.named_modules() if isinstance(m, torch.nn.Conv2d))
    return sorted(names)


def trainable_state(model: Any) -> dict[str, Any]:
    """The weights that are being learnt, by name."""
    return {
        name: parameter.detach().contiguous()
        for name, parameter in model.named_parameters()
        if parameter.requires_grad
    }


def trainable_parameters(model: Any) -> int:
    """How many weights are being learnt."""
    return sum(int(value.numel()) for value in trainable_state(model).values())
