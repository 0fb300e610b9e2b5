"""The trainable weights of a model: count, save and restore them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file

from chainzoo import atomic


def trainable_state(model: Any) -> dict[str, Any]:
    """Return the weights that are trained, by name."""
    return {
        name: parameter.detach().contiguous()
        for name, parameter in model.named_parameters()
        if parameter.requires_grad
    }


def count_trainable(model: Any) -> int:
    """Return the number of trainable parameters."""
    return sum(int(parameter.numel()) for parameter in trainable_state(model).values())


def save_trainable(model: Any, path: Path) -> None:
    """Write the trainable weights to a safetensors file."""
    with atomic.file(path) as tmp_path:
        save_file(trainable_state(model), tmp_path)


def load_trainable(model: Any, path: Path) -> None:
    """Put the weights of a file that ``save_trainable`` wrote into ``model``."""
    model.load_state_dict(load_file(path), strict=False)
