"""Many passes through a base at once, or something else while there is none."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class ReadWriteLock:
    """A lock that many share, or one has alone; who wants it alone lets no new ones in."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way = 0
        self._alone = False

    @contextmanager
    def one(self) -> Iterator[None]:
        """A pass, beside others."""
        with self._changed:
            while self._alone:
                self._changed.wait()
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    @contextmanager
    def none(self) -> Iterator[None]:
        """No pass is under way meanwhile."""
        with self._changed:
            while self._alone:
                self._changed.wait()
            self._alone = True
            while self._under_way:
                self._changed.wait()
        try:
            yield
        finally:
            with self._changed:
                self._alone = False
                self._changed.notify_all()
