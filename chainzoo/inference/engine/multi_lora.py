"""LoRA adapters of many models in one batch: each row goes through the base and its own adapter.

The update of a layer is ``x A B`` (Hu et al. 2021, "LoRA", with the scale in ``B``).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from chainzoo.inference.engine.token_layout import TokenLayout
from chainzoo.inference.packed_linear import PackedLinear

MAX_SEGMENTS = 1
"""Up to this many adapters in a batch are applied one after the other, more of them row by row in
one product. With four, both take the same on one thread; fewer calls suffer less on a busy machine."""


@dataclass(frozen=True, slots=True, eq=False)
class LoraWeights:
    """The two LoRA matrices of one layer: ``A`` (inputs, rank) and ``B`` (rank, outputs), scaled."""

    A: Tensor
    B: Tensor


Adapter = Mapping[str, LoraWeights]
"""The LoRA weights of each layer that an adapter changes, by the layer's name."""

NO_ADAPTER: Adapter = {}


class NotPerRowError(RuntimeError):
    """A layer of this base does not get one row of input for each row of the batch."""


class AdapterRouting(threading.local):
    """Which adapter each row of the current batch uses; every thread has its own."""

    def __init__(self) -> None:
        self.rows: Sequence[Adapter] = ()
        self.segments: list[tuple[Adapter, int, int]] = []
        self.layout: TokenLayout | None = None

    def set(self, rows: Sequence[Adapter], mask: Tensor | None = None) -> None:
        """Set the adapters of the rows; those of one adapter are best next to each other.

        ``mask`` is the attention mask, of shape (rows, tokens).
        """
        self.layout = None if mask is None else TokenLayout.from_mask(mask)
        self.rows, self.segments = rows, []
        for position, adapter in enumerate(rows):
            if self.segments and self.segments[-1][0] is adapter:
                self.segments[-1] = (adapter, self.segments[-1][1], position + 1)
            else:
                self.segments.append((adapter, position, position + 1))
        if all(not adapter for adapter, _, _ in self.segments):
            self.segments = []


class MultiLoraLinear(nn.Module):
    """A linear layer of a shared base that adds the LoRA update of each row's adapter."""

    def __init__(self, base: nn.Linear | PackedLinear, name: str, routing: AdapterRouting) -> None:
        super().__init__()
        self.base, self.name, self.routing = base, name, routing

    @property
    def weight(self) -> Tensor:
        """The base's own: some networks read it."""
        return self.base.weight

    @property
    def bias(self) -> Tensor | None:
        """The base's own."""
        return self.base.bias

    def forward(self, x: Tensor) -> Tensor:
        """``W x + x A[row] B[row]`` for each row of ``x``, whose first dimension is the batch."""
        layout = self.routing.layout
        is_padded = layout is not None and x.shape[:-1] == layout.shape
        output: Tensor = layout.apply(self.base, x) if layout and is_padded else self.base(x)
        segments = self.routing.segments
        if not segments:
            return output
        if len(x) != len(self.routing.rows):
            raise NotPerRowError(self.name)
        if len(segments) <= MAX_SEGMENTS:
            return self._add_by_segment(x, output, segments)
        return self._add_by_row(x, output)

    def _add_by_segment(
        self, x: Tensor, output: Tensor, segments: Sequence[tuple[Adapter, int, int]]
    ) -> Tensor:
        for adapter, start, end in segments:
            lora = adapter.get(self.name)
            if lora is not None:
                inner = x[start:end].flatten(0, -2) @ lora.A
                output[start:end].flatten(0, -2).addmm_(inner, lora.B)
        return output

    def _add_by_row(self, x: Tensor, output: Tensor) -> Tensor:
        loras = [adapter.get(self.name) for adapter in self.routing.rows]
        known = [lora for lora in loras if lora is not None]
        if not known:
            return output
        rank = max(lora.A.shape[1] for lora in known)
        filled = known if len(known) == len(loras) else _fill_missing(loras, known[0])
        padded = [_pad_rank(lora, rank) for lora in filled]
        a = torch.stack([lora.A for lora in padded])
        b = torch.stack([lora.B for lora in padded])
        flat = x.reshape(len(x), -1, x.shape[-1])
        output.view(len(output), -1, output.shape[-1]).baddbmm_(torch.bmm(flat, a), b)
        return output


def _fill_missing(loras: Sequence[LoraWeights | None], like: LoraWeights) -> list[LoraWeights]:
    """The weights, with zeros where there are none."""
    zeros = LoraWeights(torch.zeros_like(like.A), torch.zeros_like(like.B))
    return [lora or zeros for lora in loras]


def _pad_rank(lora: LoraWeights, rank: int) -> LoraWeights:
    missing = rank - lora.A.shape[1]
    if not missing:
        return lora
    return LoraWeights(
        functional.pad(lora.A, (0, missing)), functional.pad(lora.B, (0, 0, 0, missing))
    )
