"""Cut the rows of waiting requests into batches of similar length."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainzoo.inference.engine.served_model import ServedModel
from chainzoo.tasks import Feature
from chainzoo.tuning.forward import BATCH_TOKENS

ROUND_TOKENS = 4 * BATCH_TOKENS
"""Tokens that are taken from the waiting requests before results are returned."""
ROWS_PER_TURN = 64
"""Rows of one request a turn, so that a long one does not hold up the short ones."""
BATCH_COST = 80
"""The cost of a batch besides its tokens, in tokens (minilm-l6, bfloat16: 4 ms, 0.05 ms a token)."""
MIN_BATCH_TOKENS = 128
"""A batch with fewer is not split between workers."""


@dataclass(slots=True, eq=False)
class BatchJob:
    """The rows of one request: ``taken`` are in batches already, ``remaining`` not yet computed."""

    model: ServedModel
    examples: Sequence[Any]
    features: Sequence[Feature]
    future: Future[list[Any]]
    taken: int = 0
    logits: list[np.ndarray] = field(default_factory=list)
    remaining: int = 0

    def __post_init__(self) -> None:
        self.remaining = len(self.features)
        self.logits = [np.zeros(0)] * self.remaining


Batch = list[tuple[BatchJob, int]]
"""Rows of jobs, by their position in it, that go through a base together."""


def token_count(jobs: Iterable[BatchJob]) -> int:
    """The tokens of all rows of jobs."""
    return sum(len(feature.input_ids) for job in jobs for feature in job.features)


def next_round(active: deque[BatchJob], workers: int) -> list[Batch]:
    """Take rows of the active jobs in turn, and cut them into batches for free workers.

    Jobs whose rows are all taken leave ``active``.
    """
    rows: Batch = []
    tokens = 0
    while active and tokens < ROUND_TOKENS:
        job = active.popleft()
        end = min(job.taken + ROWS_PER_TURN, len(job.features))
        for position in range(job.taken, end):
            rows.append((job, position))
            tokens += len(job.features[position].input_ids)
        job.taken = end
        if end < len(job.features):
            active.append(job)
    parts = min(workers, max(tokens // MIN_BATCH_TOKENS, 1))
    batches = []
    for base in dict.fromkeys(job.model.base for job, _ in rows):
        members = [row for row in rows if row[0].model.base is base]
        lengths = [len(job.features[position].input_ids) for job, position in members]
        batches += [[members[at] for at in batch] for batch in group_by_length(lengths, parts)]
    return batches


def group_by_length(lengths: Sequence[int], parts: int = 1) -> list[list[int]]:
    """Group rows of similar length, the longest first, each group within the token budget.

    A group ends where padding its next row would cost more than another batch does, or where it
    has its share of what ``parts`` workers can compute at the same time.
    """
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    share = sum(lengths) / parts
    groups: list[list[int]] = []
    width = padding = tokens = 0
    for row in order:
        padding += width - lengths[row]
        is_full = groups and (len(groups[-1]) + 1) * width > BATCH_TOKENS
        has_share = parts > 1 and tokens >= share
        if not groups or is_full or has_share or padding > BATCH_COST:
            groups.append([])
            width, padding, tokens = lengths[row], 0, 0
        groups[-1].append(row)
        tokens += lengths[row]
    return groups
