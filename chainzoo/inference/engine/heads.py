"""Linear heads of many models in one batch: each row goes through its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True, eq=False)
class LinearHead:
    """The weights of a linear head: ``weight`` (labels, width) and ``bias`` (labels,)."""

    weight: Tensor
    bias: Tensor


class PerRowHeads(nn.Module):
    """A linear head for each row. Narrow ones are padded, and their rows cut by the caller."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = weight  # Networks read a head's dtype from it.
        self.heads: Sequence[LinearHead] = ()

    def forward(self, x: Tensor) -> Tensor:
        """``x`` has shape (rows, width) or (rows, tokens, width); the last becomes the labels."""
        first = self.heads[0]
        if all(head is first for head in self.heads):
            return functional.linear(x, first.weight, first.bias)
        size = max(len(head.bias) for head in self.heads)
        weights = torch.stack(
            [functional.pad(h.weight, (0, 0, 0, size - len(h.bias))) for h in self.heads]
        )
        biases = torch.stack([functional.pad(h.bias, (0, size - len(h.bias))) for h in self.heads])
        flat = x.reshape(len(x), -1, x.shape[-1])
        output = torch.baddbmm(biases.unsqueeze(1), flat, weights.transpose(1, 2))
        return output.view(*x.shape[:-1], size)
