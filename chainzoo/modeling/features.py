"""Features: encoded examples, one for each row of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

IGNORED = -100
"""The target of a token without a loss."""


@dataclass(frozen=True, slots=True)
class Feature:
    """The token ids of one window of one example.

    Attributes:
        input_ids: token ids, special ones included.
        example: position of the example that it was encoded from.
        target: what the loss compares with: a class id, a vector of 0 and 1, a score, or an id for
            each token (-100 where there is none); ``None`` without labels.
        positions: the tokens that carry a prediction, for tasks on tokens.
        words: for each of ``positions``, the token of the example that it predicts.
        by_token: whether each token has a loss of its own.
        extra: what else the task's ``collate`` or ``decode`` needs.
    """

    input_ids: tuple[int, ...]
    example: int
    target: Any = None
    positions: tuple[int, ...] = ()
    words: tuple[int, ...] = ()
    by_token: bool = False
    extra: Any = None
