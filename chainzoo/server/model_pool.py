"""What answers: the tuned models, behind the one interface that the routes know."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from chainzoo.zoo import Zoo


class InMemory(Protocol):
    """One thing in memory."""

    @property
    def ref(self) -> str:
        """Its name."""

    @property
    def kind(self) -> str:
        """``base`` for what several models share, whose name is a folder's; else what it is."""

    @property
    def bytes(self) -> int:
        """The size of its own weights."""


class Models(Protocol):
    """Calls tuned models and encoders from any thread."""

    def submit(self, ref: str, inputs: Sequence[Any], **options: Any) -> Future[list[Any]]:
        """Predictions to come; can be cancelled before they begin."""

    def embed(self, ref: str, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text."""

    def warm(self, ref: str) -> None:
        """Load a model before it is asked for."""

    def loaded(self) -> Sequence[InMemory]:
        """What is in memory."""

    def close(self) -> None:
        """Give everything back."""


def open_models(zoo: Zoo, memory_mb: float | None = None, cache_size: int = 0) -> Models:
    """What the server calls models with: an engine, in which tuned models share their bases."""
    return zoo.engine(memory_mb=memory_mb, cache_size=cache_size)
