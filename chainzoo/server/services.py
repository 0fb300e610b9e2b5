"""What the routes work with: one of each, made when the server is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from starlette.requests import Request

from chainzoo.server.concurrency import ConcurrencyLimiter, no_stop, while_wanted
from chainzoo.server.errors import APIError
from chainzoo.server.logging import LOG
from chainzoo.server.metrics import Metrics
from chainzoo.server.model_pool import Models, open_models
from chainzoo.server.served_models import ServedModels
from chainzoo.server.settings import ServerSettings
from chainzoo.server.tool_calls import ToolRunner
from chainzoo.zoo import Zoo

T = TypeVar("T")


class Services:
    """Settings, models, gates and threads of one server."""

    def __init__(self, zoo: Zoo, settings: ServerSettings, models: Models | None = None) -> None:
        self.zoo = zoo
        self.settings = settings
        self.models = models or open_models(zoo, settings.memory_mb, settings.cache_size)
        self.shelf = ServedModels(zoo, settings.models)
        self.toolbox = ToolRunner(zoo, settings.roots, settings.auto_approve_minutes)
        self.predictions = ConcurrencyLimiter("predictions", settings.predictions_at_once)
        self.chats = ConcurrencyLimiter("chats", settings.chats_at_once)
        self.talks = ConcurrencyLimiter("talks", settings.talks_at_once)
        self.gates = (self.predictions, self.chats, self.talks)
        self.metrics = Metrics(self.gates, self.models)
        self.ready = False
        most = sum(gate.limit for gate in self.gates)
        # A thread only for what passed a gate, so that there are never more than places.
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="serve")

    def warm_up(self) -> None:
        """Load what is to be served before anybody asks.

        Raises:
            ChainZooError: a model that is to be served is not there.
        """
        for name in self.settings.models:
            card = (
                None if "@" in name else next((c for c in self.zoo.catalog if c.id == name), None)
            )
            if card is not None:
                self.zoo.fetch(card.id)
            elif (record := self.zoo.describe(name)).task not in (
                "dialogue",
                "sentence-similarity",
            ):
                self.models.warm(record.ref)
        self.ready = True

    def begin(self, gate: ConcurrencyLimiter, work: Callable[[], T]) -> Future[T]:
        """Work in a thread of its own, inside a gate.

        Raises:
            APIError: the gate is full.
        """
        permit = gate.enter()
        try:
            future = self._threads.submit(work)
        except RuntimeError:
            permit.release()
            raise APIError(503, "stopping", "The server is stopping.") from None
        future.add_done_callback(permit.release)
        return future

    async def do(
        self,
        request: Request,
        gate: ConcurrencyLimiter,
        work: Callable[[], T],
        stop: Callable[[], None] = no_stop,
    ) -> T:
        """What work gives, for as long as the client wants it.

        Raises:
            APIError: the gate is full, the client has gone, or it takes too long.
        """
        return await while_wanted(request, self.begin(gate, work), self.settings.seconds, stop)

    async def quick(self, work: Callable[[], T]) -> T:
        """A look into the registry, off the event loop."""
        import asyncio

        return await asyncio.to_thread(work)

    def check_inputs(self, items: int, characters: int, param: str) -> None:
        """Refuse more than one request may ask.

        Raises:
            APIError: 400 with the limit.
        """
        for found, most, what in (
            (items, self.settings.max_items, "inputs"),
            (characters, self.settings.max_characters, "characters"),
        ):
            if found > most:
                raise APIError(
                    400,
                    "too_much",
                    f"{found:,} {what} in one request; at most {most:,} are taken.",
                    remedy="Send several requests.",
                    param=param,
                )

    def note(self, request: Request, route: str, items: int, texts: Any, **facts: Any) -> None:
        """Facts for the log and the counters; the texts only where that was asked for."""
        self.metrics.items.labels(route).inc(items)
        told = {**facts, "items": items}
        if self.settings.log_texts:
            told["texts"] = texts
        request.state.facts = told

    def stopping(self) -> None:
        """Let nobody in any more; what is under way goes on."""
        self.ready = False
        for gate in self.gates:
            gate.closed = True

    def close(self) -> None:
        """Give everything back, when nothing is under way any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.models.close()
        LOG.info("stopped")
