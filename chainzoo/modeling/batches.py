"""Group rows of like length into batches within a budget of tokens, and pad a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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


def pad(rows: Sequence[Sequence[int]], pad_id: int) -> dict[str, Any]:
    """``input_ids`` and ``attention_mask`` of shape (rows, longest row)."""
    import torch

    width = max(len(row) for row in rows)
    ids = np.full((len(rows), width), pad_id, dtype=np.int64)
    mask = np.zeros((len(rows), width), dtype=np.int64)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = row
        mask[at, : len(row)] = 1
    return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
