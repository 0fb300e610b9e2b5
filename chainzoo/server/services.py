"""``Services``: what the routes share. A server has one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from starlette.requests import Request

from chainzoo.server.agent_threads import AgentThreads
from chainzoo.server.backend import ModelBackend, open_backend
from chainzoo.server.concurrency import (
    ConcurrencyLimiter,
    no_cancel,
    shutting_down,
    wait_for_result,
)
from chainzoo.server.errors import APIError
from chainzoo.server.json_log import LOG
from chainzoo.server.metrics import Metrics
from chainzoo.server.request_log import add_log_fields
from chainzoo.server.served_models import ServedModels
from chainzoo.server.settings import ServerSettings
from chainzoo.server.tool_runner import ToolRunner
from chainzoo.zoo import Zoo

T = TypeVar("T")


class Services:
    """The settings, models, tools, conversations, limiters, threads and metrics of a server."""

    def __init__(
        self, zoo: Zoo, settings: ServerSettings, backend: ModelBackend | None = None
    ) -> None:
        self.zoo = zoo
        self.settings = settings
        self.backend = backend or open_backend(zoo, settings.memory_mb, settings.cache_size)
        self.models = ServedModels(zoo, settings.models)
        self.tool_runner = ToolRunner(zoo, settings.roots, settings.auto_approve_minutes)
        self.agent_threads = AgentThreads(zoo, settings)
        self.predictions = ConcurrencyLimiter("predictions", settings.max_concurrent_predictions)
        self.chats = ConcurrencyLimiter("chats", settings.max_concurrent_chats)
        self.agent_calls = ConcurrencyLimiter("agent calls", settings.max_concurrent_agent_calls)
        self.limiters = (self.predictions, self.chats, self.agent_calls)
        self.metrics = Metrics(self.limiters, self.backend)
        self.ready = False
        # Only admitted work gets a thread, so as many threads as slots are enough.
        slots = sum(limiter.limit for limiter in self.limiters)
        self._threads = ThreadPoolExecutor(slots, thread_name_prefix="chainzoo-server")

    def warm_up(self) -> None:
        """Load the models named in the settings before the first request.

        Raises:
            ChainZooError: a model is missing.
        """
        self.models.warm_up(self.backend)
        self.ready = True

    def submit(self, limiter: ConcurrencyLimiter, work: Callable[[], T]) -> Future[T]:
        """Run work in a thread, in a slot of a limiter.

        Raises:
            APIError: 429, the limiter is full; 503, the server is shutting down.
        """
        slot = limiter.acquire()
        try:
            future = self._threads.submit(work)
        except RuntimeError:
            slot.release()
            raise shutting_down() from None
        future.add_done_callback(slot.release)
        return future

    async def run(
        self,
        request: Request,
        limiter: ConcurrencyLimiter,
        work: Callable[[], T],
        cancel: Callable[[], None] = no_cancel,
    ) -> T:
        """The result of work in a limiter's slot, while the client waits for it.

        Raises:
            APIError: 429, the limiter is full; 408, the time is up; 499, the client disconnected.
        """
        future = self.submit(limiter, work)
        return await self.wait(request, asyncio.wrap_future(future), cancel)

    async def wait(
        self,
        request: Request,
        result: asyncio.Future[T],
        cancel: Callable[[], None] = no_cancel,
    ) -> T:
        """Wait for a result while the client does, within the time of the settings.

        Raises:
            APIError: 408, the time is up; 499, the client disconnected.
        """
        return await wait_for_result(request, result, self.settings.timeout_seconds, cancel)

    async def in_thread(self, work: Callable[[], T]) -> T:
        """The result of short blocking work, such as a query of the registry, without a limit."""
        return await asyncio.to_thread(work)

    def check_input_size(self, items: int, characters: int, param: str) -> None:
        """Refuse a request with more inputs or text than the settings allow.

        Raises:
            APIError: 400.
        """
        for count, limit, unit in (
            (items, self.settings.max_items, "inputs"),
            (characters, self.settings.max_characters, "characters"),
        ):
            if count > limit:
                raise APIError(
                    400,
                    "too_many_inputs",
                    f"The request has {count:,} {unit}; at most {limit:,} are allowed.",
                    remedy="Send several smaller requests.",
                    param=param,
                )

    def check_token_limit(self, tokens: int | None, param: str) -> None:
        """Refuse a request for more tokens than the settings allow.

        Raises:
            APIError: 400.
        """
        limit = self.settings.max_tokens
        if tokens and tokens > limit:
            raise APIError(
                400,
                "too_many_tokens",
                f"The request asks for {tokens:,} tokens; at most {limit:,} are allowed.",
                remedy="Ask for fewer tokens.",
                param=param,
            )

    def record(self, request: Request, route: str, items: int, texts: Any, **fields: Any) -> None:
        """Count a request's inputs, and log them; its texts only if the settings say so."""
        self.metrics.items.labels(route).inc(items)
        logged = {"texts": texts} if self.settings.log_texts else {}
        add_log_fields(request, **fields, items=items, **logged)

    def begin_shutdown(self) -> None:
        """Admit nothing more. Work in progress goes on."""
        self.ready = False
        for limiter in self.limiters:
            limiter.close()

    def close(self) -> None:
        """Free threads and models, once nothing is in progress."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.backend.close()
        LOG.info("stopped")


def get_services(request: Request) -> Services:
    """The services of the server that a request came to.

    Routes call this instead of depending on it by ``Depends``, which costs 25 µs a request.
    """
    services: Services = request.app.state.services
    return services
