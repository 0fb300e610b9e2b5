"""Where the tokens of a batch are, so that layers need not multiply its padding."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

TOKEN_MULTIPLE = 32
"""Tokens are filled up to a multiple of it: every other number of rows compiles new kernels."""
MIN_PADDING = 0.08
"""The share of padding from which on leaving it out pays for its two copies."""


@dataclass(frozen=True, slots=True, eq=False)
class TokenLayout:
    """Where the tokens of a padded batch stand.

    ``tokens`` are the positions of tokens in the flat mask; ``sources`` has, for each position of
    the flat mask, the token whose output it gets.
    """

    shape: torch.Size
    tokens: Tensor
    sources: Tensor

    @classmethod
    def from_mask(cls, mask: Tensor) -> TokenLayout | None:
        """The layout of an attention mask (rows, tokens); ``None`` where too little is padding."""
        tokens = mask.flatten().nonzero().squeeze(1)
        if len(tokens) > (1 - MIN_PADDING) * mask.numel():
            return None
        # Padding gets the output of the first token: it must be a number, and is never read.
        sources = torch.zeros(mask.numel(), dtype=torch.long, device=mask.device)
        sources[tokens] = torch.arange(len(tokens), device=mask.device)
        tokens = functional.pad(tokens, (0, -len(tokens) % TOKEN_MULTIPLE))
        return cls(mask.shape, tokens, sources)

    def apply(self, layer: nn.Module, x: Tensor) -> Tensor:
        """``layer`` of the tokens of ``x``, which has shape (rows, tokens, width)."""
        output: Tensor = layer(x.flatten(0, 1).index_select(0, self.tokens))
        return output.index_select(0, self.sources).view(*self.shape, -1)
