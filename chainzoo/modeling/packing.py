"""Pack several short features into one row, whose parts do not attend to each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chainzoo.modeling.features import IGNORED, Feature

if TYPE_CHECKING:
    from torch import Tensor

OPEN_ROWS = 64  # Rows that a feature is tried in; bounds the time of packing.


def pack_features(features: Sequence[Feature], max_ids: int) -> list[Feature]:
    """Join features into rows of at most ``max_ids`` ids: first fit, the longest first.

    ``extra`` of a row has the lengths of its parts, from which ``packed_positions`` tells them
    apart.
    """
    rows: list[list[Feature]] = []
    room: list[int] = []
    for feature in sorted(features, key=lambda f: -len(f.input_ids)):
        size = len(feature.input_ids)
        first_open = max(len(rows) - OPEN_ROWS, 0)
        fitting = (row for row in range(first_open, len(rows)) if room[row] >= size)
        row = next(fitting, None)
        if row is None:
            rows.append([feature])
            room.append(max_ids - size)
        else:
            rows[row].append(feature)
            room[row] -= size
    return [_join(parts) for parts in rows]


def packed_positions(features: Sequence[Feature], shape: tuple[int, ...]) -> Tensor:
    """Position ids of shape (rows, width) that start at 0 in each part of a row."""
    import torch

    positions = torch.zeros(shape, dtype=torch.long)
    for row, feature in enumerate(features):
        start = 0
        for length in (*(feature.extra or (len(feature.input_ids),)), shape[1]):
            end = min(start + length, shape[1])
            positions[row, start:end] = torch.arange(end - start)
            start = end
    return positions


def _join(parts: Sequence[Feature]) -> Feature:
    ids = tuple(token for part in parts for token in part.input_ids)
    # The first id of a part does not continue the part before it.
    target = tuple(t for part in parts for t in (IGNORED, *part.target[1:]))
    lengths = tuple(len(part.input_ids) for part in parts)
    return Feature(ids, parts[0].example, target, by_token=True, extra=lengths)
