"""Prometheus metrics: requests, their duration, limits in use, and models in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from chainzoo.server.backend import ModelBackend
from chainzoo.server.concurrency import ConcurrencyLimiter

DURATION_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """The metrics of one server, in a registry of its own."""

    def __init__(self, limiters: Sequence[ConcurrencyLimiter], backend: ModelBackend) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.registry.register(_StateCollector(limiters, backend))
        self.requests = Counter(
            "chainzoo_requests", "Responses sent.", ("route", "status"), registry=self.registry
        )
        self.duration = Histogram(
            "chainzoo_request_seconds",
            "Time until the whole response was sent.",
            ("route",),
            buckets=DURATION_BUCKETS,
            registry=self.registry,
        )
        self.items = Counter(
            "chainzoo_items", "Inputs received.", ("route",), registry=self.registry
        )
        self.tokens = Counter(
            "chainzoo_tokens", "Tokens processed.", ("kind",), registry=self.registry
        )

    def count_tokens(self, prompt: int, completion: int = 0) -> dict[str, int]:
        """Count the tokens of a request; returns them as the ``usage`` of OpenAI's API."""
        self.tokens.labels("prompt").inc(prompt)
        self.tokens.labels("completion").inc(completion)
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        }

    def render(self) -> bytes:
        """All metrics in Prometheus's text format."""
        return generate_latest(self.registry)


class _StateCollector:
    """Reads the state of limiters and models when Prometheus asks, instead of counting along."""

    def __init__(self, limiters: Sequence[ConcurrencyLimiter], backend: ModelBackend) -> None:
        self.limiters = limiters
        self.backend = backend

    def collect(self) -> Iterator[Metric]:
        """Slots in use and rejections by limiter; number and size of the models in memory."""
        in_progress = GaugeMetricFamily(
            "chainzoo_requests_in_progress", "Requests in progress.", labels=["limiter"]
        )
        rejected = CounterMetricFamily(
            "chainzoo_requests_rejected", "Requests rejected as too many.", labels=["limiter"]
        )
        for limiter in self.limiters:
            in_progress.add_metric([limiter.name], limiter.in_use)
            rejected.add_metric([limiter.name], limiter.rejected)
        yield in_progress
        yield rejected
        models = self.backend.loaded()
        count = GaugeMetricFamily("chainzoo_models_loaded", "Models in memory.")
        count.add_metric([], len(models))
        yield count
        size = GaugeMetricFamily("chainzoo_models_bytes", "Size of the weights in memory.")
        size.add_metric([], sum(model.bytes for model in models))
        yield size
