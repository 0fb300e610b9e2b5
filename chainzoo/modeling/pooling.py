"""Pool the vectors of a text's tokens into one vector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor

Pooling = Literal["mean", "cls"]


def pool(hidden: Tensor, mask: Tensor, pooling: Pooling = "mean") -> Tensor:
    """One vector a row, of shape (rows, hidden size).

    ``hidden`` has shape (rows, tokens, hidden size), ``mask`` (rows, tokens) with 0 at padding.
    ``mean`` averages the tokens, ``cls`` takes the first.
    """
    return hidden[:, 0] if pooling == "cls" else mean_pool(hidden, mask)


def mean_pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """The mean vector of the tokens where ``mask`` is 1, of shape (rows, hidden size)."""
    weights = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)


def embed(hidden: Tensor, mask: Tensor, pooling: Pooling = "mean") -> Tensor:
    """Like ``pool``, in float32 and scaled to length 1, so that a dot product is the cosine."""
    from torch.nn.functional import normalize

    return normalize(pool(hidden.float(), mask, pooling))
