"""The device and the floating-point precision to compute with on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import torch

Precision = Literal["float32", "bfloat16"]


def device() -> torch.device:
    """CUDA if there is a GPU, else the CPU."""
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def best_precision() -> Precision:
    """``bfloat16`` if the hardware multiplies in it, else ``float32``.

    A processor without AVX512-BF16 or AMX emulates bfloat16, more slowly than it computes float32.
    """
    import torch

    if torch.cuda.is_available():
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    features = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    native = any(bool(getattr(torch.cpu, name, bool)()) for name in features)
    return "bfloat16" if native else "float32"


def resolve_precision(precision: Literal["auto", "float32", "bfloat16"]) -> Precision:
    """``precision``, or the best of this machine for ``auto``."""
    return best_precision() if precision == "auto" else precision
