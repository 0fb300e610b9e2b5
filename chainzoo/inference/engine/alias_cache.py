"""Which version a name means now: asked of the registry only when it has changed."""

from __future__ import annotations

import threading
import time
from typing import Any

from chainzoo.registry import ModelRecord, Registry

# Seconds that an answer is believed where the database cannot say whether it has changed.
BELIEVED = 0.25


class AliasCache:
    """``get`` gives the record that a reference means at this moment."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._guard = threading.Lock()
        self._known: dict[str, ModelRecord] = {}
        self._seen: object = None
        self._connection: Any = None
        if registry.engine.dialect.name == "sqlite":
            self._connection = registry.engine.raw_connection()

    def get(self, ref: str) -> ModelRecord:
        """The record of a version, by number, alias or bare name.

        Raises:
            UnknownModelError: there is none.
        """
        with self._guard:
            mark = self._mark()
            if mark != self._seen:
                self._known.clear()
                self._seen = mark
            record = self._known.get(ref)
        if record is None:
            record = self._registry.get(ref)
            with self._guard:
                if self._seen == mark:
                    self._known[ref] = record
        return record

    def close(self) -> None:
        """Give the connection back."""
        with self._guard:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _mark(self) -> object:
        """A number that is another one after any commit of anybody else."""
        if self._connection is None:
            return int(time.monotonic() / BELIEVED)
        return self._connection.cursor().execute("PRAGMA data_version").fetchone()[0]
