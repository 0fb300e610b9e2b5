"""Dropout that draws one random byte a value: on a processor the drawing is what dropout costs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

LEVELS = 256  # So the rate is a multiple of 1/256: 0.1 becomes 0.1016.


class ByteDropout(nn.Module):
    """``torch.nn.Dropout`` from an eighth of its random numbers, at the nearest 1/256."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.p = rate
        self.dropped = min(round(rate * LEVELS), LEVELS - 1)

    def forward(self, values: Tensor) -> Tensor:
        """``values`` with some of them zero and the rest scaled up, while training."""
        if not self.training or self.dropped == 0:
            return values
        words = torch.empty((values.numel() + 7) // 8, dtype=torch.int64, device=values.device)
        drawn = words.random_(-(2**63), None).view(torch.uint8)[: values.numel()]
        kept = (drawn >= self.dropped).to(values.dtype).view(values.shape)
        return values * kept.mul_(LEVELS / (LEVELS - self.dropped))


def set_dropout(model: Any, rate: float) -> None:
    """Let the layers of ``model`` drop at ``rate``, in the cheapest way that its device has.

    Attention keeps its own rate, which is one of its fused kernel.
    """
    cheap = not torch.cuda.is_available()
    for parent in list(model.modules()):
        for name, child in parent.named_children():
            if type(child) is nn.Dropout and not type(parent).__name__.endswith("Attention"):
                setattr(parent, name, ByteDropout(rate) if cheap else nn.Dropout(rate))
