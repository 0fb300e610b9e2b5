"""``Engine``: call every tuned model of a home; those of one base share one copy of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Literal, Self

from fasteners import ReaderWriterLock

from chainzoo.errors import PredictionError, RegistryError
from chainzoo.home import Home
from chainzoo.inference.engine.alias_cache import AliasCache
from chainzoo.inference.engine.batching import BatchJob
from chainzoo.inference.engine.futures import FilledFuture, VectorFuture
from chainzoo.inference.engine.model_cache import CachedModel, DedicatedModel, ModelCache
from chainzoo.inference.engine.prediction_cache import PredictionCache
from chainzoo.inference.engine.predictor import EnginePredictor
from chainzoo.inference.engine.served_model import ServedModel
from chainzoo.inference.engine.stats import EngineStats
from chainzoo.inference.engine.threads import limit_threads, physical_cores, worker_count
from chainzoo.inference.engine.worker_pool import WorkerPool
from chainzoo.inference.predictor import parse_inputs, parse_options
from chainzoo.modeling.references import resolve
from chainzoo.registry import Registry
from chainzoo.tasks import get_task

PREPARING_THREADS = 4
"""Threads that parse inputs and load models, besides those that run bases."""
DEDICATED_THREADS = 2
"""Threads that run models which share nothing."""

Predictions = Future[list[Any]]


class Engine:
    """Call tuned models from many threads; requests within ``window_ms`` share a batch.

    Models tuned by LoRA or by their head alone share their base's weights; generative models and
    those that read images have weights of their own. ``memory_mb`` bounds the weights in memory:
    the model that was not used for longest is dropped, and loaded again when it is called.
    ``cache_size`` predictions are kept, by version and input. Names are looked up at each call, so
    that an alias that moves is followed at once.
    """

    def __init__(
        self,
        home: Home,
        *,
        memory_mb: float | None = None,
        precision: Literal["auto", "float32", "bfloat16"] = "auto",
        window_ms: float = 3.0,
        cache_size: int = 0,
    ) -> None:
        self.home = home
        self.registry = Registry(home)
        self._aliases = AliasCache(self.registry)
        self._models = ModelCache(home, self.registry, precision, memory_mb)
        cores, workers = physical_cores(), worker_count()
        self._workers = WorkerPool(window_ms, workers, lambda: limit_threads(cores // workers))
        self._preparing = ThreadPoolExecutor(PREPARING_THREADS, "chainzoo-engine-prepare")
        self._dedicated = ThreadPoolExecutor(
            DEDICATED_THREADS, "chainzoo-engine-dedicated", lambda: limit_threads(cores)
        )
        self._predictions = PredictionCache(cache_size)
        self._lock = threading.Lock()  # Of the counts and of ``_closed``.
        self._queueing = ReaderWriterLock()  # Requests are queued before the workers end.
        self._requests = self._failed = self._waiting = 0
        self._closed = False

    def predict(self, ref: str, inputs: Sequence[Any], **options: Any) -> list[Any]:
        """The typed predictions of a tuned model, in the order of the inputs.

        Raises:
            UnknownModelError: there is no such model.
            InvalidInputsError: inputs do not fit the task. PredictionError: an option does not.
        """
        with self._queueing.read_lock():  # Prepared in the calling thread, which waits anyway.
            request = self._open_request()
            _prepare(lambda future: self._predict(ref, list(inputs), options, future), request)
        return request.result()

    def submit(self, ref: str, inputs: Sequence[Any], **options: Any) -> Predictions:
        """The predictions in the background; the future can be cancelled until its batch begins."""
        return self._submit(lambda future: self._predict(ref, list(inputs), options, future))

    def embed(self, ref: str, texts: Sequence[str]) -> list[list[float]]:
        """Vectors of length 1 from a card's encoder or a tuned one; the card goes first.

        Raises:
            RegistryError: the tuned model does not embed.
        """
        return self.submit_embed(ref, texts).result()

    def submit_embed(self, ref: str, texts: Sequence[str]) -> Predictions:
        """The vectors in the background."""
        return self._submit(lambda future: self._embed(ref, list(texts), future))

    def warm(self, ref: str) -> None:
        """Load a model before it is first called."""
        self._models.get(self._aliases.get(ref))

    def loaded(self) -> list[CachedModel]:
        """The models in memory, the last used first."""
        return self._models.loaded()

    def predictor(self, ref: str) -> EnginePredictor:
        """A tuned model as a typed Runnable that calls through this engine."""
        return EnginePredictor(self, ref, self._aliases.get(ref).task)

    def stats(self) -> EngineStats:
        """Figures since the engine was created."""
        counts, models, loaded = self._workers.counts, self._models, self.loaded()
        batches = max(counts.batches, 1)
        return EngineStats(
            requests=self._requests,
            failed=self._failed,
            waiting=self._waiting,
            rows=counts.rows,
            batches=counts.batches,
            rows_per_batch=round(counts.rows / batches, 2),
            adapters_per_batch=round(counts.adapters / batches, 2),
            tokens=counts.tokens,
            padding=round(1 - counts.tokens / max(counts.padded_tokens, 1), 4),
            busy_seconds=round(counts.busy_seconds, 3),
            loads=models.loads,
            load_ms=round(1000 * models.load_seconds / max(models.loads, 1), 2),
            evictions=models.evictions,
            cache_hits=self._predictions.hits,
            models=sum(model.kind != "base" for model in loaded),
            bytes=sum(model.bytes for model in loaded),
        )

    def close(self) -> None:
        """Finish the requests that were accepted, refuse new ones, and free the memory."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        with self._queueing.write_lock():
            self._preparing.shutdown()
        self._dedicated.shutdown()
        self._workers.close()
        self._aliases.close()
        self._models.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _submit(self, prepare: Callable[[Predictions], None]) -> Predictions:
        with self._queueing.read_lock():
            request = self._open_request()
            self._preparing.submit(_prepare, prepare, request)
        return request

    def _open_request(self) -> Predictions:
        request: Predictions = Future()
        with self._lock:
            if self._closed:
                raise PredictionError("The engine is closed.", remedy="Create a new one.")
            self._requests += 1
            self._waiting += 1
        request.add_done_callback(self._close_request)
        return request

    def _close_request(self, request: Predictions) -> None:
        with self._lock:
            self._waiting -= 1
            self._failed += not request.cancelled() and request.exception() is not None

    def _predict(
        self, ref: str, inputs: list[Any], options: dict[str, Any], future: Predictions
    ) -> None:
        self._run(self._models.get(self._aliases.get(ref)), inputs, options, future)

    def _run(
        self,
        model: ServedModel | DedicatedModel,
        inputs: list[Any],
        options: dict[str, Any],
        future: Predictions,
    ) -> None:
        if isinstance(model, DedicatedModel):
            self._dedicated.submit(_run_dedicated, model, inputs, options, future)
            return
        parse_options(model.task, options)
        self._queue(model, inputs, future)

    def _queue(self, model: ServedModel, inputs: list[Any], future: Predictions) -> None:
        """Queue the inputs whose predictions are not in the cache."""
        examples = parse_inputs(model.task, inputs)
        known = self._predictions.get(model, examples)
        missing = [position for position, prediction in enumerate(known) if prediction is None]
        if not missing:
            if future.set_running_or_notify_cancel():
                future.set_result(known)
            return
        remaining = [examples[position] for position in missing]
        if self._predictions.size:
            future = FilledFuture(future, known, missing)
            future.add_done_callback(lambda done: self._keep(model, remaining, done))
        self._workers.add(BatchJob(model, remaining, model.encode(remaining), future))

    def _keep(self, model: ServedModel, examples: Sequence[Any], done: Predictions) -> None:
        if not done.cancelled() and done.exception() is None:
            self._predictions.put(model, examples, done.result())

    def _embed(self, ref: str, texts: list[str], future: Predictions) -> None:
        model = resolve(self.home, ref, versions=self._aliases)
        vectors = VectorFuture(future)
        if model.record is None:
            served = self._models.get_embedding(model.ref, model.fetch().folder, model.pooling)
            self._queue(served, texts, vectors)
            return
        if not get_task(model.record.task).embeds:
            raise RegistryError(
                f"{model.ref} was tuned for {model.record.task}, not for embeddings.",
                remedy="Make one with `chainzoo embed FILE`.",
            )
        self._run(self._models.get(model.record), texts, {}, vectors)


def _prepare(prepare: Callable[[Predictions], None], request: Predictions) -> None:
    """Parse and queue a request unless it was cancelled; an error becomes its result."""
    if request.cancelled():
        request.set_running_or_notify_cancel()
        return
    try:
        prepare(request)
    except Exception as error:
        if request.set_running_or_notify_cancel():
            request.set_exception(error)


def _run_dedicated(
    model: DedicatedModel, inputs: list[Any], options: dict[str, Any], request: Predictions
) -> None:
    """Run a request of a model that shares nothing, one at a time."""
    with model.lock:
        if not request.set_running_or_notify_cancel():
            return
        try:
            request.set_result(model.predictor.predict(inputs, **options))
        except Exception as error:
            request.set_exception(error)
