"""What answers: the tuned models, behind the one interface that the routes know."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

from chainzoo.zoo import Zoo


class Models(Protocol):
    """Calls tuned models and encoders from any thread."""

    def submit(self, ref: str, inputs: Sequence[Any], **options: Any) -> Future[list[Any]]:
        """Predictions to come; can be cancelled before they begin."""

    def embed(self, ref: str, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text."""

    def warm(self, ref: str) -> None:
        """Load a model before it is asked for."""

    def loaded(self) -> list[str]:
        """What is in memory."""

    def close(self) -> None:
        """Give everything back."""


class ZooModels:
    """Every model on a base of its own, a few calls at a time."""

    def __init__(self, zoo: Zoo, workers: int = 2) -> None:
        self._zoo = zoo
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="predict")
        self._loaded: set[str] = set()

    def submit(self, ref: str, inputs: Sequence[Any], **options: Any) -> Future[list[Any]]:
        """Predictions to come."""
        return self._pool.submit(self._predict, ref, list(inputs), options)

    def _predict(self, ref: str, inputs: list[Any], options: dict[str, Any]) -> list[Any]:
        predictor = self._zoo.predictor(ref)
        self._loaded.add(ref)
        return predictor.predict(inputs, **options)

    def embed(self, ref: str, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text."""
        return self._zoo.embeddings(ref).embed_documents(list(texts))

    def warm(self, ref: str) -> None:
        """Load a model before it is asked for."""
        self._zoo.predictor(ref)
        self._loaded.add(ref)

    def loaded(self) -> list[str]:
        """What is in memory."""
        return sorted(self._loaded)

    def close(self) -> None:
        """Wait for what is under way."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def open_models(zoo: Zoo) -> Models:
    """What the server calls models with."""
    return ZooModels(zoo)
