"""Linear layers whose weights lie as oneDNN reads them, where that is measured to be quicker.

PyTorch gives bfloat16 weights a new order at each call, and float32 ones to MKL, which uses half of
what some processors can do. In a common order small batches are up to twice as quick
(bench/engine.py prints both).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

TRIED_TOKENS = 160  # Of a usual small batch.
TRIED_TIMES = 7
QUICKER = 0.95  # Of the time that the plain layers take, at most.


class PackedLinear(nn.Module):
    """A linear layer for inference on the CPU; its weights can be used, but not looked at."""

    def __init__(self, plain: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = plain.in_features, plain.out_features
        self.bias = plain.bias
        self._dtype = plain.weight.dtype
        self._packed = _operators()._reorder_linear_weight(plain.weight.detach())

    @property
    def weight(self) -> Tensor:
        """Its shape and arithmetic, without numbers: some networks ask for these."""
        return torch.empty(self.out_features, self.in_features, dtype=self._dtype, device="meta")

    def forward(self, x: Tensor) -> Tensor:
        """``W x + b``."""
        found: Tensor = _operators()._linear_pointwise(x, self._packed, self.bias, "none", [], "")
        return found


def pack(encoder: Any) -> bool:
    """Give an encoder packed layers, if it is on the CPU and quicker so; whether it was done."""
    layers = {n: m for n, m in encoder.named_modules() if type(m) is nn.Linear}
    if not layers or next(encoder.parameters()).device.type != "cpu" or not _can():
        return False
    try:
        packed = {name: PackedLinear(layer) for name, layer in layers.items()}
        plain_answer, plain_seconds = _tried(encoder)
        _put(encoder, packed)
        answer, seconds = _tried(encoder)
    except RuntimeError:  # A kind of layer, or a processor, that it does not serve.
        _put(encoder, layers)
        return False
    near = torch.allclose(answer, plain_answer, atol=_tolerance(answer.dtype), rtol=0.02)
    if near and seconds <= QUICKER * plain_seconds:
        return True
    _put(encoder, layers)
    return False


def _operators() -> Any:
    return torch.ops.mkldnn


def _can() -> bool:
    return torch._C._has_mkldnn and all(
        hasattr(_operators(), name) for name in ("_linear_pointwise", "_reorder_linear_weight")
    )


def _put(encoder: Any, layers: dict[str, Any]) -> None:
    for name, layer in layers.items():
        parent, _, last = name.rpartition(".")
        setattr(encoder.get_submodule(parent), last, layer)


def _tried(encoder: Any) -> tuple[Tensor, float]:
    """What the encoder answers to a small batch, and the seconds that it takes at best."""
    ids = torch.arange(TRIED_TOKENS).reshape(8, -1) % 90 + 1
    mask = torch.ones_like(ids)

    def run() -> Tensor:
        found: Tensor = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        return found

    with torch.inference_mode():
        answer = run()
        return answer, min(_seconds(run) for _ in range(TRIED_TIMES))


def _seconds(run: Callable[[], Tensor]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def _tolerance(dtype: torch.dtype) -> float:
    """What two orders of the same sums may differ by."""
    return 0.05 if dtype == torch.bfloat16 else 1e-4
