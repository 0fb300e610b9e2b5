"""A model backend for tests, which answers when it is told to and records its calls."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from chainzoo.tasks import TextPrediction

PREDICTION = TextPrediction("yes", 1.0, ("yes",), {"yes": 1.0})


class FakeBackend:
    """Answers every input with ``PREDICTION`` once ``release`` is set."""

    def __init__(self, *, released: bool = True) -> None:
        self.release = threading.Event()
        self.calls: list[Any] = []
        self._threads = ThreadPoolExecutor(8)
        if released:
            self.release.set()

    def submit(self, ref: str, inputs: Sequence[Any], **options: Any) -> Future[list[Any]]:
        self.calls.append(inputs)

        def predict() -> list[Any]:
            self.release.wait()
            return [PREDICTION for _ in inputs]

        return self._threads.submit(predict)

    def embed(self, ref: str, texts: Sequence[str]) -> list[list[float]]:
        return [[1.0, 0.0] for _ in texts]

    def warm(self, ref: str) -> None:
        pass

    def loaded(self) -> list[Any]:
        return []

    def close(self) -> None:
        self.release.set()
        self._threads.shutdown(wait=False)
