"""``Engine``: every tuned model of a home through one place, those of one base on one copy of it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from chainzoo.errors import PredictionError, RegistryError
from chainzoo.home import Home
from chainzoo.inference.engine.alias_cache import AliasCache
from chainzoo.inference.engine.batching import BatchJob, WorkerPool
from chainzoo.inference.engine.embedding import EMBEDDING
from chainzoo.inference.engine.model_cache import CachedModel, DedicatedModel, ModelCache
from chainzoo.inference.engine.predictor import EnginePredictor
from chainzoo.inference.engine.read_write_lock import ReadWriteLock
from chainzoo.inference.engine.shared_base import ServedModel
from chainzoo.inference.engine.threads import lanes, physical_cores, use_cores
from chainzoo.inference.predictor import parse_inputs, parse_options
from chainzoo.modeling.references import resolve
from chainzoo.registry import Registry

PREPARING = 4  # Threads that read inputs and load models, beside those that run bases.
OWN = 2  # Threads for models that share nothing.


@dataclass(frozen=True, slots=True)
class EngineStats:
    """What an engine has done since it was made."""

    requests: int
    failed: int
    waiting: int
    rows: int
    batches: int
    rows_a_batch: float
    adapters_a_batch: float
    tokens: int
    padding: float
    busy_seconds: float
    loads: int
    load_ms: float
    evictions: int
    cache_hits: int
    models: int
    bytes: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


class Engine:
    """Call tuned models from many threads; what comes within ``window_ms`` shares a batch.

    Models tuned by LoRA or by their head alone share their base's weights; those that write, or
    read pictures, have a slot of their own. ``memory_mb`` bounds the weights in memory: what was
    not called for longest goes first, and comes back when it is called. ``cache_size`` answers
    are remembered, by version and input. Names are looked up at each call, so that an alias that
    moves is followed at once.
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
        self._resolver = AliasCache(self.registry)
        self._shelf = ModelCache(home, self.registry, precision, memory_mb)
        cores, beside = physical_cores(), lanes()
        self._lanes = WorkerPool(window_ms, beside, lambda: use_cores(cores // beside))
        self._preparing = ThreadPoolExecutor(PREPARING, "chainzoo-engine-prepare")
        self._own = ThreadPoolExecutor(OWN, "chainzoo-engine-own", lambda: use_cores(cores))
        self._answers = _Answers(cache_size)
        self._guard = threading.Lock()
        self._entering = ReadWriteLock()  # What has begun is queued before the lanes end.
        self._requests = self._failed = self._under_way = 0
        self._closed = False

    def predict(self, ref: str, inputs: Sequence[Any], **options: Any) -> list[Any]:
        """The typed predictions of a tuned model, in the order of the inputs.

        Raises:
            UnknownModelError: there is no such model. PredictionError: an input does not fit.
        """
        with self._entering.one():  # Made ready in this thread, which waits anyway.
            future = self._opened()
            _prepare(lambda one: self._predict(ref, list(inputs), options, one), future)
        return future.result()

    def submit(self, ref: str, inputs: Sequence[Any], **options: Any) -> Future[list[Any]]:
        """The predictions to come. It can be cancelled until its turn has come."""
        return self._start(lambda future: self._predict(ref, list(inputs), options, future))

    def embed(self, ref: str, texts: Sequence[str]) -> list[list[float]]:
        """Vectors of length 1 from a card's encoder or a tuned one; the card goes first.

        Raises:
            RegistryError: the tuned model is one of another task.
        """
        return self.submit_embed(ref, texts).result()

    def submit_embed(self, ref: str, texts: Sequence[str]) -> Future[list[Any]]:
        """The vectors to come."""
        return self._start(lambda future: self._embed(ref, list(texts), future))

    def warm(self, ref: str) -> None:
        """Load a model before it is first called."""
        self._shelf.model(self._resolver.get(ref))

    def loaded(self) -> list[CachedModel]:
        """What is in memory, the last used first."""
        return self._shelf.loaded()

    def predictor(self, ref: str) -> EnginePredictor:
        """A tuned model as a typed Runnable that calls through this engine."""
        return EnginePredictor(self, ref, self._resolver.get(ref).task)

    def stats(self) -> EngineStats:
        """EngineCounts since the engine was made."""
        done, shelf, loaded = self._lanes.counts, self._shelf, self.loaded()
        batches = max(done.batches, 1)
        return EngineStats(
            requests=self._requests,
            failed=self._failed,
            waiting=self._under_way,
            rows=done.rows,
            batches=done.batches,
            rows_a_batch=round(done.rows / batches, 2),
            adapters_a_batch=round(done.adapters / batches, 2),
            tokens=done.tokens,
            padding=round(1 - done.tokens / max(done.padded_tokens, 1), 4),
            busy_seconds=round(done.busy_seconds, 3),
            loads=shelf.loads,
            load_ms=round(1000 * shelf.load_seconds / max(shelf.loads, 1), 2),
            evictions=shelf.evictions,
            cache_hits=self._answers.hits,
            models=sum(one.kind != "base" for one in loaded),
            bytes=sum(one.bytes for one in loaded),
        )

    def close(self) -> None:
        """Finish what is under way, take nothing more, and free the memory."""
        with self._guard:
            if self._closed:
                return
            self._closed = True
        with self._entering.none():
            self._preparing.shutdown()
        self._own.shutdown()
        self._lanes.close()
        self._resolver.close()
        self._shelf.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, prepare: Callable[[Future[list[Any]]], None]) -> Future[list[Any]]:
        with self._entering.one():
            future = self._opened()
            self._preparing.submit(_prepare, prepare, future)
        return future

    def _opened(self) -> Future[list[Any]]:
        """A new request."""
        future: Future[list[Any]] = Future()
        with self._guard:
            if self._closed:
                raise PredictionError("The engine is closed.", remedy="Make a new one.")
            self._requests += 1
            self._under_way += 1
        future.add_done_callback(self._over)
        return future

    def _over(self, future: Future[list[Any]]) -> None:
        with self._guard:
            self._under_way -= 1
            self._failed += not future.cancelled() and future.exception() is not None

    def _predict(
        self, ref: str, inputs: list[Any], options: dict[str, Any], future: Future[list[Any]]
    ) -> None:
        slot = self._shelf.model(self._resolver.get(ref))
        if isinstance(slot, DedicatedModel):
            self._own.submit(_alone, slot, inputs, options, future)
            return
        parse_options(slot.task, options)
        self._queue(slot, inputs, future)

    def _queue(self, tenant: ServedModel, inputs: list[Any], future: Future[list[Any]]) -> None:
        examples = parse_inputs(tenant.task, inputs)
        known = self._answers.known(tenant, examples)
        missing = [at for at, answer in enumerate(known) if answer is None]
        asked = [examples[at] for at in missing]
        if not asked:
            if future.set_running_or_notify_cancel():
                future.set_result(known)
            return
        inner: Future[list[Any]] = future
        if self._answers.size:
            inner = _Filled(future, known, missing)
            inner.add_done_callback(lambda done: self._answers.keep(tenant, asked, done))
        self._lanes.add(BatchJob(tenant, asked, tenant.encode(asked), inner))

    def _embed(self, ref: str, texts: list[str], future: Future[list[Any]]) -> None:
        model = resolve(self.home, ref, versions=self._resolver)
        if model.record is not None and model.record.task != EMBEDDING.name:
            raise RegistryError(
                f"{model.ref} was tuned for {model.record.task}, not for embeddings.",
                remedy="Make one with `chainzoo embed FILE`.",
            )
        folder = model.fetch().folder
        self._queue(self._shelf.embedding(model.ref, folder, model.pooling), texts, future)


def _prepare(prepare: Callable[[Future[list[Any]]], None], future: Future[list[Any]]) -> None:
    """Read and queue a request that is still wanted; what goes wrong is its answer."""
    if future.cancelled():
        future.set_running_or_notify_cancel()
        return
    try:
        prepare(future)
    except Exception as error:
        if future.set_running_or_notify_cancel():
            future.set_exception(error)


def _alone(
    slot: DedicatedModel, inputs: list[Any], options: dict[str, Any], future: Future[list[Any]]
) -> None:
    """A model that shares nothing, when its turn has come."""
    with slot.lock:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(slot.predictor.predict(inputs, **options))
        except Exception as error:
            future.set_exception(error)


class _Filled(Future[list[Any]]):
    """The answers that were missing; with them the request is whole."""

    def __init__(self, whole: Future[list[Any]], known: list[Any], missing: list[int]) -> None:
        super().__init__()
        self._whole, self._known, self._missing = whole, known, missing

    def set_running_or_notify_cancel(self) -> bool:
        return self._whole.set_running_or_notify_cancel() and (
            super().set_running_or_notify_cancel()
        )

    def set_result(self, result: list[Any]) -> None:
        super().set_result(result)
        for at, answer in zip(self._missing, result, strict=True):
            self._known[at] = answer
        self._whole.set_result(self._known)

    def set_exception(self, exception: BaseException | None) -> None:
        super().set_exception(exception)
        self._whole.set_exception(exception)


class _Answers:
    """The last answers, by version and example; the longest unused goes first."""

    def __init__(self, size: int) -> None:
        self.size, self.hits = size, 0
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._guard = threading.Lock()

    def known(self, tenant: ServedModel, examples: Sequence[Any]) -> list[Any]:
        """The answer to each example, or ``None``."""
        if not self.size:
            return [None] * len(examples)
        with self._guard:
            found = [self._kept.get(_key(tenant, example)) for example in examples]
            for example, answer in zip(examples, found, strict=True):
                if answer is not None:
                    self.hits += 1
                    self._kept.move_to_end(_key(tenant, example))
        return found

    def keep(self, tenant: ServedModel, examples: Sequence[Any], done: Future[list[Any]]) -> None:
        """Remember what was answered."""
        if done.cancelled() or done.exception() is not None:
            return
        with self._guard:
            for example, answer in zip(examples, done.result(), strict=True):
                self._kept[_key(tenant, example)] = answer
                self._kept.move_to_end(_key(tenant, example))
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)


def _key(tenant: ServedModel, example: Any) -> Hashable:
    return tenant.task.name, tenant.ref, repr(example)
