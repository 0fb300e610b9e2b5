"""What is in memory: bases, their tenants and models by themselves; the longest unused goes first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from chainzoo.catalog import Catalog
from chainzoo.errors import RegistryError
from chainzoo.home import Home
from chainzoo.inference.engine.served_model import Tokenizers, embedding_tenant, open_tenant
from chainzoo.inference.engine.shared_base import ServedModel, SharedBase
from chainzoo.inference.predictor import Predictor
from chainzoo.modeling.references import fetch_weights
from chainzoo.registry import ModelRecord, Registry
from chainzoo.tasks import get_task
from chainzoo.tuning.manifest import Manifest

Precision = Literal["auto", "float32", "bfloat16"]


@dataclass(frozen=True, slots=True)
class CachedModel:
    """One thing in memory. ``kind`` is ``base``, ``adapter``, ``head``, ``full``, ``embedding`` or
    ``own`` (a model that shares nothing); ``bytes`` are its own weights."""

    ref: str
    kind: str
    base: str
    bytes: int
    idle_seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


class DedicatedModel:
    """A model that shares nothing, such as one that writes; called by one thread at a time."""

    def __init__(self, predictor: Predictor) -> None:
        self.predictor = predictor
        self.lock = threading.Lock()
        model = predictor.loaded.model
        held = [*model.parameters(), *model.buffers()]
        self.bytes = sum(t.numel() * t.element_size() for t in held)


@dataclass(slots=True)
class _Entry:
    thing: SharedBase | ServedModel | DedicatedModel
    kind: str
    base: str
    used: float


class ModelCache:
    """Loads what is asked for, once, and keeps it as long as the budget of memory allows."""

    def __init__(
        self, home: Home, registry: Registry, precision: Precision, memory_mb: float | None
    ) -> None:
        self.home, self.registry, self.precision = home, registry, precision
        self.budget = None if memory_mb is None else memory_mb * 1e6
        self.loads = 0
        self.evictions = 0
        self.load_seconds = 0.0
        self._tokenizers = Tokenizers()
        self._entries: dict[str, _Entry] = {}
        self._guard = threading.RLock()
        self._loading: dict[str, threading.Lock] = {}

    def model(self, record: ModelRecord) -> ServedModel | DedicatedModel:
        """A tuned model, in memory.

        Raises:
            RegistryError: its files are damaged. FetchError: its base cannot be had.
        """
        found = self._get(f"model {record.ref}", lambda: self._open(record))
        assert not isinstance(found, SharedBase)
        return found

    def embedding(self, ref: str, folder: Path, pooling: str) -> ServedModel:
        """The encoder in a folder as a model of embeddings."""

        def load() -> tuple[ServedModel, str, str]:
            base = self._base(folder)
            tenant = embedding_tenant(ref, folder, pooling, base, self._tokenizers)
            return tenant, "embedding", str(folder)

        found = self._get(f"embedding {ref} {folder}", load)
        assert isinstance(found, ServedModel)
        return found

    def loaded(self) -> list[CachedModel]:
        """Everything in memory, the last used first."""
        now = time.monotonic()
        with self._guard:
            rows = sorted(self._entries.items(), key=lambda item: -item[1].used)
            return [
                CachedModel(
                    key.partition(" ")[2].partition(" /")[0],
                    entry.kind,
                    Path(entry.base).name if entry.kind != "own" else "",
                    entry.thing.bytes,
                    round(now - entry.used, 3),
                )
                for key, entry in rows
            ]

    def clear(self) -> None:
        """Forget everything."""
        with self._guard:
            self._entries.clear()

    def _get(
        self, key: str, load: Callable[[], tuple[Any, str, str]]
    ) -> SharedBase | ServedModel | DedicatedModel:
        with self._guard:
            entry = self._touch(key)
            if entry is not None:
                return entry.thing
            lock = self._loading.setdefault(key, threading.Lock())
        with lock:  # Who asks for the same thing waits; who asks for another does not.
            with self._guard:
                entry = self._touch(key)
                if entry is not None:
                    return entry.thing
            begun = time.perf_counter()
            thing, kind, base = load()
            with self._guard:
                self._entries[key] = _Entry(thing, kind, base, time.monotonic())
                self._loading.pop(key, None)
                self.loads += 1
                self.load_seconds += time.perf_counter() - begun
                self._make_room(key)
            return thing  # type: ignore[no-any-return]

    def _touch(self, key: str) -> _Entry | None:
        entry = self._entries.get(key)
        if entry is not None:
            entry.used = time.monotonic()
            below = self._entries.get(f"base {entry.base}")
            if below is not None:
                below.used = entry.used
        return entry

    def _make_room(self, newest: str) -> None:
        """What is in use goes on in the requests that hold it; here it is only forgotten."""
        if self.budget is None:
            return
        while sum(entry.thing.bytes for entry in self._entries.values()) > self.budget:
            stood_on = {e.base for k, e in self._entries.items() if not k.startswith("base ")}
            free = [
                (entry.used, key)
                for key, entry in self._entries.items()
                if key != newest and not (key.startswith("base ") and entry.base in stood_on)
            ]
            if not free or newest.startswith("base "):
                return
            del self._entries[min(free)[1]]
            self.evictions += 1

    def _base(self, folder: Path) -> SharedBase:
        def load() -> tuple[SharedBase, str, str]:
            return SharedBase.load(folder, self.precision), "base", str(folder)

        found = self._get(f"base {folder}", load)
        assert isinstance(found, SharedBase)
        return found

    def _open(self, record: ModelRecord) -> tuple[ServedModel | DedicatedModel, str, str]:
        folder = self.registry.path(record)
        if record.task == "sentence-similarity":
            raise RegistryError(
                f"{record.ref} was tuned for embeddings.", remedy="Ask it for vectors: embed."
            )
        manifest = Manifest.read(folder)
        base = self._card(record.base) if manifest.needs_base else None
        if get_task(manifest.task).shares_encoder:
            place = base or folder / "encoder"
            tenant = open_tenant(record.ref, folder, manifest, self._base(place), self._tokenizers)
            if tenant is not None:
                kind = {"full": "full", "head": "head"}.get(manifest.method, "adapter")
                return tenant, kind, str(place)
        own = Predictor.load(folder, base, name=record.ref, precision=self.precision)
        return DedicatedModel(own), "own", ""

    def _card(self, card_id: str) -> Path:
        folder = self.home.weights / card_id
        if f"base {folder}" in self._entries:
            return folder
        return fetch_weights(Catalog.load(self.home).get(card_id), self.home)
