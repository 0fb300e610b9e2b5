"""Requests of many threads in common batches: one worker, a short wait, rows of like length."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainzoo.inference.engine.base import Row, Tenant
from chainzoo.tasks import Feature
from chainzoo.tuning.forward import BATCH_TOKENS

ROUND_TOKENS = 4 * BATCH_TOKENS  # What is taken of the waiting rows before answers are given.
SHARE = 64  # Rows of one request a turn, so that a long one does not keep the short ones waiting.
ENOUGH_TOKENS = 1024  # A batch this large loses nothing by leaving much shorter rows to the next.
SHORTER = 0.7


@dataclass(slots=True, eq=False)
class Job:
    """One request on its way through the worker."""

    tenant: Tenant
    examples: Sequence[Any]
    features: Sequence[Feature]
    future: Future[list[Any]]
    taken: int = 0
    rows: list[np.ndarray] = field(default_factory=list)
    left: int = 0

    def __post_init__(self) -> None:
        self.left = len(self.features)
        self.rows = [np.zeros(0)] * self.left


@dataclass(slots=True)
class Counts:
    """What the worker has done."""

    rows: int = 0
    batches: int = 0
    tokens: int = 0
    padded_tokens: int = 0
    adapters: int = 0
    failed: int = 0
    busy_seconds: float = 0.0


class Worker:
    """The one thread that runs shared bases."""

    def __init__(self, window_ms: float, prepare_thread: Callable[[], None]) -> None:
        self.counts = Counts()
        self._window = window_ms / 1000
        self._queue: deque[Job] = deque()
        self._active: deque[Job] = deque()
        self._wake = threading.Condition()
        self._first = 0.0
        self._closed = False
        self._prepare_thread = prepare_thread
        self._thread = threading.Thread(target=self._loop, name="chainzoo-engine", daemon=True)
        self._thread.start()

    def add(self, job: Job) -> None:
        """Queue a job."""
        with self._wake:
            if not self._queue:
                self._first = time.monotonic()
            self._queue.append(job)
            self._wake.notify()

    def waiting(self) -> int:
        """Jobs that are not answered yet."""
        with self._wake:
            return len(self._queue) + len(self._active)

    def close(self) -> None:
        """Finish what is queued, then end."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def _loop(self) -> None:
        self._prepare_thread()
        while self._admit():
            taken = self._take()
            begun = time.perf_counter()
            bases = {id(job.tenant.base): job.tenant.base for job, _ in taken}
            for base in bases.values():
                mine = [item for item in taken if item[0].tenant.base is base]
                for batch in buckets([len(j.features[at].input_ids) for j, at in mine]):
                    self._run([mine[at] for at in batch])
            self.counts.busy_seconds += time.perf_counter() - begun

    def _admit(self) -> bool:
        """Wait for work, and a little longer for company; whether there is any."""
        with self._wake:
            while not self._active and not self._queue:
                if self._closed:
                    return False
                self._wake.wait()
            while not self._active and not self._closed:
                rest = self._first + self._window - time.monotonic()
                if rest <= 0 or _tokens(self._queue) >= BATCH_TOKENS:
                    break
                self._wake.wait(rest)
            while self._queue:
                job = self._queue.popleft()
                if job.future.set_running_or_notify_cancel():
                    self._active.append(job)
        return True

    def _take(self) -> list[tuple[Job, int]]:
        """Rows of the active jobs in turn, up to some batches full."""
        taken: list[tuple[Job, int]] = []
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
        return taken

    def _run(self, items: Sequence[tuple[Job, int]]) -> None:
        base = items[0][0].tenant.base
        rows = [Row(job.tenant, job.features[at]) for job, at in items]
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
        self._count(rows)
        for (job, at), value in zip(items, found, strict=True):
            job.rows[at] = value
            job.left -= 1
            if job.left == 0:
                self._finish(job)

    def _finish(self, job: Job) -> None:
        if job.future.done():
            return
        try:
            tenant = job.tenant
            job.future.set_result(
                tenant.task.decode(job.rows, job.features, job.examples, tenant.labels)
            )
        except Exception as error:
            self._fail(job, error)

    def _fail(self, job: Job, error: Exception) -> None:
        self.counts.failed += 1
        if not job.future.done():
            job.future.set_exception(error)

    def _count(self, rows: Sequence[Row]) -> None:
        lengths = [len(row.feature.input_ids) for row in rows]
        counts = self.counts
        counts.rows += len(rows)
        counts.batches += 1
        counts.tokens += sum(lengths)
        counts.padded_tokens += max(lengths) * len(rows)
        counts.adapters += len({id(row.tenant) for row in rows})


def _tokens(jobs: deque[Job]) -> int:
    return sum(len(feature.input_ids) for job in jobs for feature in job.features)


def buckets(lengths: Sequence[int]) -> list[list[int]]:
    """Rows in batches of like length, the longest first, each within the budget of tokens."""
    order = sorted(range(len(lengths)), key=lambda at: -lengths[at])
    batches: list[list[int]] = []
    width = 0
    for at in order:
        size = len(batches[-1]) * width if batches else 0
        much_shorter = size >= ENOUGH_TOKENS and lengths[at] < SHORTER * width
        if not batches or size + width > BATCH_TOKENS or much_shorter:
            batches.append([])
            width = lengths[at]
        batches[-1].append(at)
    return batches
