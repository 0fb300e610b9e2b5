"""Dropout with one random byte a value: on a CPU, random numbers are what dropout costs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

LEVELS = 256


class ByteDropout(nn.Module):
    """``torch.nn.Dropout`` with an eighth of its random numbers.

    The rate is rounded to the nearest multiple of 1/256: 0.1 becomes 0.1016.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.p = rate
        self.dropped_levels = min(round(rate * LEVELS), LEVELS - 1)

    def forward(self, values: Tensor) -> Tensor:
        """Set a share of ``values``, of any shape, to zero and scale the rest, while training."""
        if not self.training or self.dropped_levels == 0:
            return values
        words = torch.empty((values.numel() + 7) // 8, dtype=torch.int64, device=values.device)
        random_bytes = words.random_(-(2**63), None).view(torch.uint8)[: values.numel()]
        kept = (random_bytes >= self.dropped_levels).to(values.dtype).view(values.shape)
        return values * kept.mul_(LEVELS / (LEVELS - self.dropped_levels))


def set_dropout(model: Any, rate: float) -> None:
    """Set the rate of the dropout layers of ``model``, by the fastest layer for its device.

    Attention keeps its own rate, which is a parameter of a fused kernel.
    """
    layer = nn.Dropout if torch.cuda.is_available() else ByteDropout
    for parent in list(model.modules()):
        if type(parent).__name__.endswith("Attention"):
            continue
        for name, child in parent.named_children():
            if type(child) is nn.Dropout:
                setattr(parent, name, layer(rate))
