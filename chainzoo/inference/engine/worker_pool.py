"""The threads that run shared bases: a short wait for more requests, then batches, one each.

Two workers of one thread do a fifth more than one worker of two threads: most of a small model's
work comes in pieces too small to be shared between threads.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from chainzoo.inference.engine.batching import Batch, BatchJob, next_round, token_count
from chainzoo.inference.engine.served_model import BatchRow
from chainzoo.inference.engine.stats import BatchCounts
from chainzoo.tuning.forward import BATCH_TOKENS


class WorkerPool:
    """Compute jobs in common batches. Jobs that arrive within ``window_ms`` share them.

    Under load nobody waits for the window: jobs gather while a batch is computed.
    """

    def __init__(self, window_ms: float, workers: int, start_thread: Callable[[], None]) -> None:
        """``start_thread`` is called in each worker's thread before its first batch."""
        self.counts = BatchCounts()
        self._window = window_ms / 1000
        self._waiting: deque[BatchJob] = deque()
        self._active: deque[BatchJob] = deque()
        self._ready: deque[Batch] = deque()
        self._changed = threading.Condition()
        self._idle_workers = 0
        self._first_added_at = 0.0
        self._closed = False
        self._start_thread = start_thread
        self._results_lock = threading.Lock()  # Of the counts, and of the jobs' results.
        self._threads = [
            threading.Thread(target=self._work, name=f"chainzoo-engine-{at}", daemon=True)
            for at in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def add(self, job: BatchJob) -> None:
        """Queue a job."""
        with self._changed:
            if not self._waiting:
                self._first_added_at = time.monotonic()
            self._waiting.append(job)
            self._changed.notify()

    def close(self) -> None:
        """Finish what is queued, then end the threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        self._start_thread()
        while batch := self._next_batch():
            started_at = time.perf_counter()
            self._run(batch)
            with self._results_lock:
                self.counts.busy_seconds += time.perf_counter() - started_at

    def _next_batch(self) -> Batch:
        """The next batch, as soon as there is one; empty when the pool is closed and all is done."""
        with self._changed:
            while not self._ready:
                self._idle_workers += 1
                may_continue = self._admit()
                self._idle_workers -= 1
                if not may_continue:
                    return []
                self._ready.extend(next_round(self._active, self._idle_workers + 1))
            batch = self._ready.popleft()
            if self._ready:
                self._changed.notify()
            return batch

    def _admit(self) -> bool:
        """Wait for jobs, and for the window after the first; ``False`` if none will come."""
        while not self._active and not self._waiting:
            if self._ready:
                return True
            if self._closed:
                return False
            self._changed.wait()
        while self._waiting and not self._active and not self._closed:
            seconds = self._first_added_at + self._window - time.monotonic()
            if seconds <= 0 or token_count(self._waiting) >= BATCH_TOKENS:
                break
            self._changed.wait(seconds)
        while self._waiting:
            job = self._waiting.popleft()
            if job.future.set_running_or_notify_cancel():
                self._active.append(job)
        return True

    def _run(self, batch: Batch) -> None:
        rows = [BatchRow(job.model, job.features[position]) for job, position in batch]
        try:
            logits = rows[0].model.base.run(rows)
        except Exception as error:
            jobs = list(dict.fromkeys(job for job, _ in batch))
            if len(jobs) == 1:
                self._fail(jobs[0], error)
                return
            for job in jobs:  # The job that fails must not take the others with it.
                self._run([row for row in batch if row[0] is job])
            return
        completed = []
        with self._results_lock:
            self._count(rows)
            for (job, position), row_logits in zip(batch, logits, strict=True):
                job.logits[position] = row_logits
                job.remaining -= 1
                if job.remaining == 0:
                    completed.append(job)
        for job in completed:
            self._complete(job)

    def _complete(self, job: BatchJob) -> None:
        if job.future.done():
            return
        try:
            model = job.model
            job.future.set_result(
                model.task.decode(job.logits, job.features, job.examples, model.labels)
            )
        except Exception as error:
            self._fail(job, error)

    def _fail(self, job: BatchJob, error: Exception) -> None:
        with self._results_lock:
            if not job.future.done():
                job.future.set_exception(error)

    def _count(self, rows: Sequence[BatchRow]) -> None:
        lengths = [len(row.feature.input_ids) for row in rows]
        counts = self.counts
        counts.rows += len(rows)
        counts.batches += 1
        counts.tokens += sum(lengths)
        counts.padded_tokens += max(lengths) * len(rows)
        counts.adapters += len({id(row.model) for row in rows})
