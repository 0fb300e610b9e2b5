"""Which version a name refers to now; the registry is queried only when it has changed."""

from __future__ import annotations

import threading
import time
from typing import Any

from chainzoo.registry import ModelRecord, Registry

STALE_SECONDS = 0.25
"""How old an answer may be where the database cannot say whether it has changed."""


class AliasCache:
    """Records by reference, as the registry has them at this moment."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._lock = threading.Lock()
        self._records: dict[str, ModelRecord] = {}
        self._version: object = None
        self._connection: Any = None
        if registry.engine.dialect.name == "sqlite":
            self._connection = registry.engine.raw_connection()

    def get(self, ref: str) -> ModelRecord:
        """The record of a version, by number, alias or bare name.

        Raises:
            UnknownModelError: the registry has no such version.
        """
        with self._lock:
            version = self._data_version()
            if version != self._version:
                self._records.clear()
                self._version = version
            record = self._records.get(ref)
        if record is None:
            record = self._registry.get(ref)
            with self._lock:
                if self._version == version:
                    self._records[ref] = record
        return record

    def close(self) -> None:
        """Return the connection to its pool."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _data_version(self) -> object:
        """A value that changes with every commit of another connection."""
        if self._connection is None:
            return int(time.monotonic() / STALE_SECONDS)
        return self._connection.cursor().execute("PRAGMA data_version").fetchone()[0]
