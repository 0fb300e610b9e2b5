"""What Prometheus reads: how many, how long, how full, how big."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

if TYPE_CHECKING:
    from chainzoo.server.concurrency import ConcurrencyLimiter
    from chainzoo.server.model_pool import Models

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """The counters of one server, in a registry of its own."""

    def __init__(self, gates: tuple[ConcurrencyLimiter, ...], models: Models) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.registry.register(_Fullness(gates, models))
        self.requests = Counter(
            "chainzoo_requests", "Answers given.", ("route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "chainzoo_request_seconds",
            "Time until the whole answer was given.",
            ("route",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.items = Counter(
            "chainzoo_items", "Inputs that were asked about.", ("route",), registry=self.registry
        )
        self.tokens = Counter(
            "chainzoo_tokens", "Tokens read and written.", ("direction",), registry=self.registry
        )

    def page(self) -> bytes:
        """Everything in Prometheus's text form."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry)


class _Fullness:
    """What is asked for when it is read, rather than counted."""

    def __init__(self, gates: tuple[ConcurrencyLimiter, ...], models: Models) -> None:
        self.gates = gates
        self.models = models

    def collect(self) -> Iterator[Metric]:
        """Places taken and refused by gate, and the models in memory."""
        taken = GaugeMetricFamily("chainzoo_under_way", "Under way now.", labels=["gate"])
        refused = CounterMetricFamily("chainzoo_refused", "Turned away.", labels=["gate"])
        for gate in self.gates:
            taken.add_metric([gate.name], gate.inside)
            refused.add_metric([gate.name], gate.refused)
        yield taken
        yield refused
        loaded = GaugeMetricFamily("chainzoo_models_loaded", "Models in memory.")
        held = self.models.loaded()
        loaded.add_metric([], len(held))
        yield loaded
        size = GaugeMetricFamily("chainzoo_models_bytes", "Weights in memory.")
        size.add_metric([], sum(one.bytes for one in held))
        yield size
