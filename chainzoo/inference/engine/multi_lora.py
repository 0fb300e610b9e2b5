"""LoRA of many adapters at once: each row of a batch goes through the base and its own adapter."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from chainzoo.inference.packed_linear import PackedLinear

# Up to this many adapters a batch one after the other, more of them row by row in one product.
# With four both take the same on one thread, and fewer calls suffer less on a busy machine.
FEW = 1
TOGETHER = 32  # Tokens are padded to a multiple: each other number costs the making of kernels.
WORTH = 0.08  # Padding from which on it pays to leave it out; it takes two copies.


@dataclass(frozen=True, slots=True, eq=False)
class LoraWeights:
    """LoRA's two matrices for one layer: ``down`` (inputs, rank), ``up`` (rank, outputs), scaled."""

    down: Tensor
    up: Tensor


Adapter = Mapping[str, LoraWeights]
"""What an adapter adds to each layer that it names; an empty one adds nothing."""

NOTHING: Adapter = {}


class NotPerRowError(RuntimeError):
    """A layer of this base is not given a row for each row of the batch, so they cannot be mixed."""


@dataclass(frozen=True, slots=True, eq=False)
class TokenLayout:
    """Where the tokens of a batch are, so that layers need not multiply what is padding."""

    shape: torch.Size
    kept: Tensor
    spread: Tensor

    @classmethod
    def of(cls, mask: Tensor) -> TokenLayout | None:
        """Of a mask (rows, tokens); ``None`` where too little would be saved."""
        kept = mask.flatten().nonzero().squeeze(1)
        if len(kept) > (1 - WORTH) * mask.numel():
            return None
        # What stands for padding is the first token's: it must be a number, and nobody looks at it.
        spread = torch.zeros(mask.numel(), dtype=torch.long, device=mask.device)
        spread[kept] = torch.arange(len(kept), device=mask.device)
        kept = functional.pad(kept, (0, -len(kept) % TOGETHER))
        return cls(mask.shape, kept, spread)

    def through(self, layer: nn.Module, x: Tensor) -> Tensor:
        """``layer`` of the tokens of ``x``, which has the shape of the mask and a width."""
        found: Tensor = layer(x.flatten(0, 1).index_select(0, self.kept))
        return found.index_select(0, self.spread).view(*self.shape, -1)


class AdapterRouting(threading.local):
    """Which adapter each row of the batch under way belongs to, for each thread its own."""

    def __init__(self) -> None:
        self.rows: Sequence[Adapter] = ()
        self.segments: list[tuple[Adapter, int, int]] = []
        self.tokens: TokenLayout | None = None

    def set(self, rows: Sequence[Adapter], mask: Tensor | None = None) -> None:
        """Rows of one adapter are best given side by side. ``mask`` tells tokens from padding."""
        self.tokens = None if mask is None else TokenLayout.of(mask)
        self.rows, self.segments = rows, []
        for at, adapter in enumerate(rows):
            if self.segments and self.segments[-1][0] is adapter:
                self.segments[-1] = (adapter, self.segments[-1][1], at + 1)
            else:
                self.segments.append((adapter, at, at + 1))
        if all(not adapter for adapter, _, _ in self.segments):
            self.segments = []


class MultiLoraLinear(nn.Module):
    """A linear layer of the shared base, with the rows' own adapters beside it."""

    def __init__(self, base: nn.Linear | PackedLinear, name: str, route: AdapterRouting) -> None:
        super().__init__()
        self.base, self.name, self.route = base, name, route

    @property
    def weight(self) -> Tensor:
        """The base's own: some networks look at it."""
        return self.base.weight

    @property
    def bias(self) -> Tensor | None:
        """The base's own."""
        return self.base.bias

    def forward(self, x: Tensor) -> Tensor:
        """``W x + B[row] (A[row] x)`` for each row of ``x``, whose first dimension is the batch."""
        tokens = self.route.tokens
        padded = tokens is not None and x.shape[:-1] == tokens.shape
        out: Tensor = tokens.through(self.base, x) if tokens and padded else self.base(x)
        segments = self.route.segments
        if not segments:
            return out
        if len(x) != len(self.route.rows):
            raise NotPerRowError(self.name)
        if len(segments) <= FEW:
            return self._by_segment(x, out, segments)
        return self._by_row(x, out)

    def _by_segment(
        self, x: Tensor, out: Tensor, segments: Sequence[tuple[Adapter, int, int]]
    ) -> Tensor:
        for adapter, start, end in segments:
            pair = adapter.get(self.name)
            if pair is not None:
                inner = x[start:end].flatten(0, -2) @ pair.down
                out[start:end].flatten(0, -2).addmm_(inner, pair.up)
        return out

    def _by_row(self, x: Tensor, out: Tensor) -> Tensor:
        pairs = [adapter.get(self.name) for adapter in self.route.rows]
        known = [pair for pair in pairs if pair is not None]
        if not known:
            return out
        rank = max(pair.down.shape[1] for pair in known)
        chosen = [_padded(pair, rank) for pair in _filled(pairs, known)]
        downs = torch.stack([pair.down for pair in chosen])
        ups = torch.stack([pair.up for pair in chosen])
        flat = x.reshape(len(x), -1, x.shape[-1])
        out.view(len(out), -1, out.shape[-1]).baddbmm_(torch.bmm(flat, downs), ups)
        return out


def _filled(
    pairs: Sequence[LoraWeights | None], known: Sequence[LoraWeights]
) -> Sequence[LoraWeights]:
    """With a pair that adds nothing where there is none."""
    if len(known) == len(pairs):
        return known
    nothing = LoraWeights(torch.zeros_like(known[0].down), torch.zeros_like(known[0].up))
    return [pair or nothing for pair in pairs]


def _padded(pair: LoraWeights, rank: int) -> LoraWeights:
    missing = rank - pair.down.shape[1]
    if not missing:
        return pair
    return LoraWeights(
        functional.pad(pair.down, (0, missing)), functional.pad(pair.up, (0, 0, 0, missing))
    )


class PerRowHeads(nn.Module):
    """A linear head a row; narrow ones are filled up, and their rows cut by who asked."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = weight  # Networks ask a head for the arithmetic that it wants.
        self.heads: Sequence[LinearHead] = ()

    def forward(self, x: Tensor) -> Tensor:
        """``x`` has shape (rows, width) or (rows, tokens, width)."""
        first = self.heads[0]
        if all(head is first for head in self.heads):
            return functional.linear(x, first.weight, first.bias)
        most = max(len(head.bias) for head in self.heads)
        weights = torch.stack(
            [functional.pad(h.weight, (0, 0, 0, most - len(h.bias))) for h in self.heads]
        )
        biases = torch.stack([functional.pad(h.bias, (0, most - len(h.bias))) for h in self.heads])
        flat = x.reshape(len(x), -1, x.shape[-1])
        found = torch.baddbmm(biases.unsqueeze(1), flat, weights.transpose(1, 2))
        return found.view(*x.shape[:-1], most)


@dataclass(frozen=True, slots=True, eq=False)
class LinearHead:
    """A linear head's weights: (labels, width) and (labels,)."""

    weight: Tensor
    bias: Tensor
