"""Figures of an engine."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(slots=True)
class BatchCounts:
    """Sums over the batches of shared bases. ``rows`` are windows of inputs."""

    rows: int = 0
    batches: int = 0
    tokens: int = 0
    padded_tokens: int = 0
    adapters: int = 0
    busy_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class EngineStats:
    """Figures since the engine was created.

    ``padding`` is the share of padding in all batches; ``busy_seconds`` the sum over all workers;
    ``models`` and ``bytes`` are those in memory now.
    """

    requests: int
    failed: int
    waiting: int
    rows: int
    batches: int
    rows_per_batch: float
    adapters_per_batch: float
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
        """Plain values for JSON."""
        return asdict(self)
