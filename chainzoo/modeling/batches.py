"""Group rows of like length into batches within a budget of tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def pack(
    lengths: Sequence[int], order: Sequence[int], batch_tokens: int, batch_size: int
) -> list[list[int]]:
    """Group rows in ``order`` into batches of at most ``batch_size`` rows and ``batch_tokens`` ids.

    Padding counts. A row that alone exceeds the budget makes a batch of its own.
    """
    batches: list[list[int]] = []
    longest = 0
    for row in order:
        widest = max(longest, lengths[row])
        full = batches and (
            len(batches[-1]) >= batch_size or widest * (len(batches[-1]) + 1) > batch_tokens
        )
        if not batches or full:
            batches.append([])
            widest = lengths[row]
        batches[-1].append(row)
        longest = widest
    return batches


def sorted_batches(
    lengths: Sequence[int], batch_tokens: int, batch_size: int = 1_000_000
) -> list[list[int]]:
    """Batches for one pass, the longest rows first, so that memory peaks in the first batch."""
    order = [int(row) for row in np.argsort(-np.asarray(lengths), kind="stable")]
    return pack(lengths, order, batch_tokens, batch_size)
