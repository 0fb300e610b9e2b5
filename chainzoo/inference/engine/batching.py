"""Requests of many threads in common batches: a short wait, rows of like length, a lane a core.

Two lanes of one thread each do a fifth more than one lane of two threads: most of a small model's
work comes in pieces too small to be shared between threads.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainzoo.inference.engine.shared_base import BatchRow, ServedModel
from chainzoo.tasks import Feature
from chainzoo.tuning.forward import BATCH_TOKENS

ROUND_TOKENS = 4 * BATCH_TOKENS  # What is taken of the waiting rows before answers are given.
SHARE = 64  # Rows of one request a turn, so that a long one does not keep the short ones waiting.
# What a batch costs beside its tokens, in tokens: a pass of one row takes as long as this many more
# (minilm-l6, bfloat16: 4 ms, and 0.05 ms a token).
BATCH_COST = 80
LEAST_TOKENS = 128  # Less is not shared between lanes.


@dataclass(slots=True, eq=False)
class BatchJob:
    """One request on its way through the lanes."""

    tenant: ServedModel
    examples: Sequence[Any]
    features: Sequence[Feature]
    future: Future[list[Any]]
    taken: int = 0
    rows: list[np.ndarray] = field(default_factory=list)
    left: int = 0

    def __post_init__(self) -> None:
        self.left = len(self.features)
        self.rows = [np.zeros(0)] * self.left


Batch = list[tuple[BatchJob, int]]
"""Rows of jobs, by their place in it, which go through a base together."""


@dataclass(slots=True)
class EngineCounts:
    """What the lanes have done."""

    rows: int = 0
    batches: int = 0
    tokens: int = 0
    padded_tokens: int = 0
    adapters: int = 0
    failed: int = 0
    busy_seconds: float = 0.0


class WorkerPool:
    """The threads that run shared bases. A round of waiting rows is cut into batches for all of them."""

    def __init__(self, window_ms: float, lanes: int, prepare_thread: Callable[[], None]) -> None:
        self.counts = EngineCounts()
        self._window = window_ms / 1000
        self._queue: deque[BatchJob] = deque()
        self._active: deque[BatchJob] = deque()
        self._ready: deque[Batch] = deque()
        self._wake = threading.Condition()
        self._idle = 0
        self._first = 0.0
        self._closed = False
        self._prepare_thread = prepare_thread
        self._tally = threading.Lock()  # Of the counts, and of what is left of a job.
        self._threads = [
            threading.Thread(target=self._loop, name=f"chainzoo-engine-{at}", daemon=True)
            for at in range(lanes)
        ]
        for thread in self._threads:
            thread.start()

    def add(self, job: BatchJob) -> None:
        """Queue a job."""
        with self._wake:
            if not self._queue:
                self._first = time.monotonic()
            self._queue.append(job)
            self._wake.notify()

    def close(self) -> None:
        """Finish what is queued, then end."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join()

    def _loop(self) -> None:
        self._prepare_thread()
        while batch := self._next():
            begun = time.perf_counter()
            self._run(batch)
            with self._tally:
                self.counts.busy_seconds += time.perf_counter() - begun

    def _next(self) -> Batch:
        """The next batch, when there is one; empty when all is done and no more will come."""
        with self._wake:
            while not self._ready:
                self._idle += 1
                more = self._admit()
                self._idle -= 1
                if not more:
                    return []
                self._ready.extend(self._round())
            batch = self._ready.popleft()
            if self._ready:
                self._wake.notify()
            return batch

    def _admit(self) -> bool:
        """Wait for work, and a little longer for company; whether there may be any."""
        while not self._active and not self._queue:
            if self._ready:
                return True
            if self._closed:
                return False
            self._wake.wait()
        while self._queue and not self._active and not self._closed:
            rest = self._first + self._window - time.monotonic()
            if rest <= 0 or _tokens(self._queue) >= BATCH_TOKENS:
                break
            self._wake.wait(rest)
        while self._queue:
            job = self._queue.popleft()
            if job.future.set_running_or_notify_cancel():
                self._active.append(job)
        return True

    def _round(self) -> list[Batch]:
        """Rows of the active jobs in turn, in batches of like length for the lanes that are free."""
        taken: Batch = []
        tokens = 0
        while self._active and tokens < ROUND_TOKENS:
            job = self._active.popleft()
            end = min(job.taken + SHARE, len(job.features))
            for at in range(job.taken, end):
                taken.append((job, at))
                tokens += len(job.features[at].input_ids)
            job.taken = end
            if end < len(job.features):
                self._active.append(job)
        free = min(self._idle + 1, max(tokens // LEAST_TOKENS, 1))
        batches = []
        for base in dict.fromkeys(job.tenant.base for job, _ in taken):
            mine = [item for item in taken if item[0].tenant.base is base]
            lengths = [len(job.features[at].input_ids) for job, at in mine]
            batches += [[mine[at] for at in batch] for batch in buckets(lengths, free)]
        return batches

    def _run(self, items: Batch) -> None:
        base = items[0][0].tenant.base
        rows = [BatchRow(job.tenant, job.features[at]) for job, at in items]
        try:
            found = base.run(rows)
        except Exception as error:
            jobs = list(dict.fromkeys(job for job, _ in items))
            if len(jobs) == 1:
                self._fail(jobs[0], error)
                return
            for job in jobs:  # One that cannot be run must not take the others with it.
                self._run([item for item in items if item[0] is job])
            return
        done = []
        with self._tally:
            self._count(rows)
            for (job, at), value in zip(items, found, strict=True):
                job.rows[at] = value
                job.left -= 1
                if job.left == 0:
                    done.append(job)
        for job in done:
            self._finish(job)

    def _finish(self, job: BatchJob) -> None:
        if job.future.done():
            return
        try:
            tenant = job.tenant
            job.future.set_result(
                tenant.task.decode(job.rows, job.features, job.examples, tenant.labels)
            )
        except Exception as error:
            self._fail(job, error)

    def _fail(self, job: BatchJob, error: Exception) -> None:
        with self._tally:
            self.counts.failed += 1
            if not job.future.done():
                job.future.set_exception(error)

    def _count(self, rows: Sequence[BatchRow]) -> None:
        lengths = [len(row.feature.input_ids) for row in rows]
        counts = self.counts
        counts.rows += len(rows)
        counts.batches += 1
        counts.tokens += sum(lengths)
        counts.padded_tokens += max(lengths) * len(rows)
        counts.adapters += len({id(row.tenant) for row in rows})


def _tokens(jobs: deque[BatchJob]) -> int:
    return sum(len(feature.input_ids) for job in jobs for feature in job.features)


def buckets(lengths: Sequence[int], free: int = 1) -> list[list[int]]:
    """Rows in batches of like length, the longest first, each within the budget of tokens.

    A batch ends where filling up its next row would cost more than a batch does by itself, or where
    it has its share of what ``free`` lanes could do at the same time.
    """
    order = sorted(range(len(lengths)), key=lambda at: -lengths[at])
    share = sum(lengths) / free
    batches: list[list[int]] = []
    width = filled = tokens = 0
    for at in order:
        filled += width - lengths[at]
        full = batches and (len(batches[-1]) + 1) * width > BATCH_TOKENS
        shared = free > 1 and tokens >= share
        if not batches or full or shared or filled > BATCH_COST:
            batches.append([])
            width, filled, tokens = lengths[at], 0, 0
        batches[-1].append(at)
        tokens += lengths[at]
    return batches
