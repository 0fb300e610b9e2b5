"""Linear layers whose weights are stored in oneDNN's layout, where that is measured to be faster.

PyTorch reorders bfloat16 weights at every call, and passes float32 ones to MKL, which reaches half
of what some processors can do. Layers of minilm-l6 on 64 to 4,096 tokens, two cores with
AVX512-BF16: 1.2 to 1.8 times as fast in bfloat16, 2.1 to 2.8 times in float32.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

PROBE_SHAPE = (384, 1536)
"""Inputs and outputs of the layer that is measured: one of a small encoder."""
PROBE_TOKENS = 160
"""A usual small batch."""
PROBE_RUNS = 20
MAX_TIME_RATIO = 0.95
"""Packed layers are used if they take at most this share of a plain layer's time."""


class PackedLinear(nn.Module):
    """A linear layer for inference on the CPU; its weights can be multiplied but not read."""

    def __init__(self, plain: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = plain.in_features, plain.out_features
        self.bias = plain.bias
        self._dtype = plain.weight.dtype
        self._packed = _operators()._reorder_linear_weight(plain.weight.detach())

    @property
    def weight(self) -> Tensor:
        """A tensor of the weight's shape and dtype without values: some networks read these."""
        return torch.empty(self.out_features, self.in_features, dtype=self._dtype, device="meta")

    def forward(self, x: Tensor) -> Tensor:
        """``W x + b``."""
        output: Tensor = _operators()._linear_pointwise(x, self._packed, self.bias, "none", [], "")
        return output


def pack(encoder: Any) -> bool:
    """Replace the linear layers of a text encoder by packed ones where that is faster.

    Returns whether they were replaced. An encoder whose output would change keeps its layers.
    """
    layers = {name: m for name, m in encoder.named_modules() if type(m) is nn.Linear}
    first = next(encoder.parameters())
    if not layers or first.device.type != "cpu" or not is_faster(first.dtype):
        return False
    expected = _probe_output(encoder)
    try:
        _set_layers(encoder, {name: PackedLinear(layer) for name, layer in layers.items()})
        agrees = _is_close(_probe_output(encoder), expected)
    except RuntimeError:  # A network that reads its layers' weights.
        agrees = False
    if not agrees:
        _set_layers(encoder, layers)
    return agrees


@lru_cache(maxsize=2)
def is_faster(dtype: torch.dtype) -> bool:
    """Whether packed layers are faster on this processor; measured once a process."""
    if not torch._C._has_mkldnn:
        return False
    plain = nn.Linear(*PROBE_SHAPE).to(dtype).requires_grad_(False)
    x = torch.ones(PROBE_TOKENS, PROBE_SHAPE[0], dtype=dtype)
    try:
        packed = PackedLinear(plain)
        with torch.inference_mode():
            agrees = _is_close(packed(x), plain(x))
            return agrees and _seconds(packed, x) <= MAX_TIME_RATIO * _seconds(plain, x)
    except (RuntimeError, AttributeError):  # The processor, or this PyTorch, has no such layers.
        return False


def _operators() -> Any:
    return torch.ops.mkldnn


def _set_layers(encoder: Any, layers: Mapping[str, nn.Module]) -> None:
    for name, layer in layers.items():
        parent, _, attribute = name.rpartition(".")
        setattr(encoder.get_submodule(parent), attribute, layer)


def _probe_output(encoder: Any) -> Tensor:
    ids = torch.arange(40).reshape(4, -1) + 1
    with torch.inference_mode():
        output = encoder(input_ids=ids, attention_mask=torch.ones_like(ids))
    hidden: Tensor = output.last_hidden_state
    return hidden


def _seconds(layer: nn.Module, x: Tensor) -> float:
    """The shortest time of a call."""
    seconds = []
    for _ in range(PROBE_RUNS):
        started_at = time.perf_counter()
        layer(x)
        seconds.append(time.perf_counter() - started_at)
    return min(seconds)


def _is_close(a: Tensor, b: Tensor) -> bool:
    """Whether two results differ by no more than two orders of the same sums may."""
    tolerance = 0.05 if a.dtype == torch.bfloat16 else 1e-4
    return torch.allclose(a, b, atol=tolerance, rtol=0.02)
