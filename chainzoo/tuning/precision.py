"""Which arithmetic this processor is fast at: asked, never assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import torch

Precision = Literal["float32", "bfloat16"]


def device() -> torch.device:
    """CUDA where there is a card, else the processor."""
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def best_precision() -> Precision:
    """``bfloat16`` where the hardware multiplies in it, else ``float32``.

    A processor without AVX512-BF16 or AMX emulates bfloat16 and is slower than in float32.
    """
    import torch

    if torch.cuda.is_available():
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    asked = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    native = any(bool(getattr(torch.cpu, name, bool)()) for name in asked)
    return "bfloat16" if native else "float32"


def resolve_precision(wanted: Literal["auto", "float32", "bfloat16"]) -> Precision:
    """What was asked for, or the best that is there."""
    return best_precision() if wanted == "auto" else wanted
