"""The models in memory: shared bases, the models on them, and models that share nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from chainzoo.catalog import Catalog
from chainzoo.home import Home
from chainzoo.inference.engine.loading import load_embedding_model, load_served_model
from chainzoo.inference.engine.served_model import ServedModel
from chainzoo.inference.engine.shared_base import SharedBase
from chainzoo.inference.engine.tokenizer_cache import TokenizerCache
from chainzoo.inference.predictor import Predictor
from chainzoo.modeling.pooling import Pooling
from chainzoo.modeling.references import fetch_weights
from chainzoo.registry import ModelRecord, Registry
from chainzoo.tasks import get_task
from chainzoo.tuning.manifest import Manifest

Precision = Literal["auto", "float32", "bfloat16"]
ModelKind = Literal["base", "adapter", "head", "full", "embedding", "dedicated"]


@dataclass(frozen=True, slots=True)
class CachedModel:
    """A model in memory; ``bytes`` are the weights that belong to it alone.

    ``kind`` is ``base``, what a model adds to one (``adapter``, ``head``, ``full``, ``embedding``),
    or ``dedicated`` for a model that shares nothing. ``base`` is the name of the base's folder.
    """

    ref: str
    kind: ModelKind
    base: str
    bytes: int
    idle_seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


class DedicatedModel:
    """A model that shares nothing, such as a generative one; one thread at a time holds ``lock``."""

    def __init__(self, predictor: Predictor) -> None:
        self.predictor = predictor
        self.lock = threading.Lock()
        model = predictor.loaded.model
        tensors = [*model.parameters(), *model.buffers()]
        self.bytes = sum(t.numel() * t.element_size() for t in tensors)


class _Key(NamedTuple):
    group: Literal["base", "model", "embedding"]
    ref: str
    folder: str = ""


@dataclass(slots=True)
class _Entry:
    model: SharedBase | ServedModel | DedicatedModel
    kind: ModelKind
    base: Path | None
    used_at: float = 0.0


class ModelCache:
    """Load each model once, and keep it as long as the memory budget allows.

    Over the budget, the model that was not used for longest is dropped; requests that hold it
    finish with it. A base is dropped only when no model on it is left, which a plain LRU cache
    cannot express.
    """

    def __init__(
        self, home: Home, registry: Registry, precision: Precision, memory_mb: float | None
    ) -> None:
        self.home, self.registry, self.precision = home, registry, precision
        self.max_bytes = None if memory_mb is None else memory_mb * 1e6
        self.loads = 0
        self.evictions = 0
        self.load_seconds = 0.0
        self._tokenizers = TokenizerCache()
        self._entries: dict[_Key, _Entry] = {}
        self._lock = threading.RLock()
        self._load_locks: dict[_Key, threading.Lock] = {}

    def get(self, record: ModelRecord) -> ServedModel | DedicatedModel:
        """A tuned model, loaded if it is not in memory.

        Raises:
            RegistryError: its files are damaged. FetchError: its base cannot be had.
        """
        entry = self._get(_Key("model", record.ref), lambda: self._load(record))
        return cast("ServedModel | DedicatedModel", entry.model)

    def get_embedding(self, ref: str, folder: Path, pooling: Pooling) -> ServedModel:
        """The encoder in a folder as a model of embeddings."""

        def load() -> _Entry:
            base = self._get_base(folder)
            model = load_embedding_model(ref, folder, pooling, base, self._tokenizers)
            return _Entry(model, "embedding", folder)

        return cast(ServedModel, self._get(_Key("embedding", ref, str(folder)), load).model)

    def loaded(self) -> list[CachedModel]:
        """Everything in memory, the last used first."""
        now = time.monotonic()
        with self._lock:
            items = sorted(self._entries.items(), key=lambda item: -item[1].used_at)
            return [
                CachedModel(
                    ref=key.ref,
                    kind=entry.kind,
                    base=entry.base.name if entry.base else "",
                    bytes=entry.model.bytes,
                    idle_seconds=round(now - entry.used_at, 3),
                )
                for key, entry in items
            ]

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._entries.clear()

    def _get(self, key: _Key, load: Callable[[], _Entry]) -> _Entry:
        with self._lock:
            entry = self._touch(key)
            if entry is not None:
                return entry
            load_lock = self._load_locks.setdefault(key, threading.Lock())
        with load_lock:  # Callers of this model wait here; callers of others do not.
            with self._lock:
                entry = self._touch(key)
                if entry is not None:
                    return entry
            started_at = time.perf_counter()
            entry = load()
            with self._lock:
                entry.used_at = time.monotonic()
                self._entries[key] = entry
                self._load_locks.pop(key, None)
                self.loads += 1
                self.load_seconds += time.perf_counter() - started_at
                self._evict(newest=key)
            return entry

    def _touch(self, key: _Key) -> _Entry | None:
        entry = self._entries.get(key)
        if entry is not None:
            entry.used_at = time.monotonic()
            base = self._entries.get(_base_key(entry.base)) if entry.base else None
            if base is not None:
                base.used_at = entry.used_at
        return entry

    def _evict(self, newest: _Key) -> None:
        """Drop models until the budget is met; never the newest, nor a base that is needed."""
        if self.max_bytes is None or newest.group == "base":
            return
        while sum(entry.model.bytes for entry in self._entries.values()) > self.max_bytes:
            needed = {
                _base_key(entry.base)
                for key, entry in self._entries.items()
                if entry.base and key.group != "base"
            }
            candidates = [
                (entry.used_at, key)
                for key, entry in self._entries.items()
                if key != newest and key not in needed
            ]
            if not candidates:
                return
            del self._entries[min(candidates)[1]]
            self.evictions += 1

    def _get_base(self, folder: Path) -> SharedBase:
        def load() -> _Entry:
            return _Entry(SharedBase.load(folder, self.precision), "base", folder)

        return cast(SharedBase, self._get(_base_key(folder), load).model)

    def _load(self, record: ModelRecord) -> _Entry:
        folder = self.registry.path(record)
        manifest = Manifest.read(folder)
        base = self._base_folder(record.base) if manifest.needs_base else None
        if get_task(manifest.task).shares_encoder:
            encoder = base or folder / "encoder"
            model = load_served_model(
                record.ref, folder, manifest, self._get_base(encoder), self._tokenizers
            )
            if model is not None:
                kinds: dict[str, ModelKind] = {"full": "full", "head": "head"}
                return _Entry(model, kinds.get(manifest.method, "adapter"), encoder)
        predictor = Predictor.load(folder, base, name=record.ref, precision=self.precision)
        return _Entry(DedicatedModel(predictor), "dedicated", None)

    def _base_folder(self, card_id: str) -> Path:
        folder = self.home.weights / card_id
        if _base_key(folder) in self._entries:
            return folder
        return fetch_weights(Catalog.load(self.home).get(card_id), self.home)


def _base_key(folder: Path) -> _Key:
    return _Key("base", str(folder))
