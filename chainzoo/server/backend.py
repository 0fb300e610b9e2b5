"""``ModelBackend``: what the routes call models through. The engine implements it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from chainzoo.zoo import Zoo

SHARED_BASE = "base"
"""The kind of weights in memory that several tuned models share."""


class LoadedWeights(Protocol):
    """Weights in memory."""

    @property
    def ref(self) -> str:
        """The model's name; of a shared base, the folder of its weights."""

    @property
    def kind(self) -> str:
        """How the weights are used; ``SHARED_BASE`` for a base."""

    @property
    def bytes(self) -> int:
        """The size of the weights that belong to this entry alone."""


class ModelBackend(Protocol):
    """Calls tuned models and encoders, from any thread."""

    def submit(self, ref: str, inputs: Sequence[Any], **options: Any) -> Future[list[Any]]:
        """Predict on inputs later; the future can be cancelled until the work begins."""

    def embed(self, ref: str, texts: Sequence[str]) -> list[list[float]]:
        """Embed texts: one vector per text."""

    def warm(self, ref: str) -> None:
        """Load a model before its first request."""

    def loaded(self) -> Sequence[LoadedWeights]:
        """The weights in memory."""

    def close(self) -> None:
        """Finish the work in progress and free the memory."""


def open_backend(zoo: Zoo, memory_mb: float | None = None, cache_size: int = 0) -> ModelBackend:
    """An engine over a zoo, in which tuned models share the weights of their bases."""
    return zoo.engine(memory_mb=memory_mb, cache_size=cache_size)
