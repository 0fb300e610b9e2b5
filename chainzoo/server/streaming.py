"""Server-sent events from work in a thread.

``sse-starlette`` writes the events. It sends a comment every 15 seconds, so that proxies keep an idle
connection open, and it notices at once that a client has disconnected, even while nothing is sent.

This module adds the work behind a stream: it runs in a thread and in a limiter's slot, stops when
nobody reads it any more, and has a time limit. An error after the first event becomes the last event,
because the status of the response has already been sent.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Generic, TypeVar

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from chainzoo.server.concurrency import ConcurrencyLimiter
from chainzoo.server.errors import APIError, error_body, to_api_error
from chainzoo.server.json_log import LOG
from chainzoo.server.json_response import dump_json
from chainzoo.server.services import Services

T = TypeVar("T")
SEPARATOR = "\n"
_END = object()
MAX_BUFFERED_ITEMS = 256
"""Items that may wait for a slow client before the producer waits too."""

Produce = Callable[[threading.Event], Iterator[T]]
"""Yields the items of a stream; the event is set when nobody reads them any more."""


class StreamProducer(Generic[T]):
    """Carries items from a thread that produces them to a coroutine that sends them."""

    def __init__(self, produce: Produce[T]) -> None:
        self.cancelled = threading.Event()
        self._produce = produce
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Any] = asyncio.Queue()
        self._capacity = threading.Semaphore(MAX_BUFFERED_ITEMS)
        self._first: list[Any] = []

    def run(self) -> None:
        """Produce all items. This is the thread's part; an exception is queued like an item."""
        items: Iterator[T] = iter(())
        try:
            items = self._produce(self.cancelled)
            for item in items:
                while not self._capacity.acquire(timeout=0.2):
                    if self.cancelled.is_set():
                        return
                if self.cancelled.is_set():
                    return
                self._put(item)
            self._put(_END)
        except Exception as error:
            self._put(error)
        finally:
            close = getattr(items, "close", None)
            if close:
                close()

    async def wait_for_first(self) -> None:
        """Wait until an item is there, or none will come.

        Raises:
            Exception: whatever the producer raised before its first item.
        """
        item = await self._queue.get()
        if isinstance(item, Exception):
            raise item
        self._first.append(item)

    async def __aiter__(self) -> AsyncIterator[T]:
        while True:
            item = self._first.pop() if self._first else await self._queue.get()
            if item is _END:
                return
            if isinstance(item, Exception):
                raise item
            self._capacity.release()
            yield item

    def _put(self, item: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(self._queue.put_nowait, item)
        except RuntimeError:  # The event loop is closed: nobody reads any more.
            self.cancelled.set()


class EventStream(EventSourceResponse):
    """A response of server-sent events, which stops its producer when it ends.

    Args:
        events: the events to send.
        timeout: seconds until the stream ends with an error event.
        producer: what the events come from.
    """

    def __init__(
        self,
        events: AsyncIterator[ServerSentEvent],
        timeout: float,
        producer: StreamProducer[Any] | None = None,
    ) -> None:
        super().__init__(_with_errors(events, timeout), sep=SEPARATOR)
        self.producer = producer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events until they end or the client disconnects."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self.producer is not None:
                self.producer.cancelled.set()


def sse(value: Any, name: str | None = None) -> ServerSentEvent:
    """A server-sent event with a value as JSON."""
    return ServerSentEvent(dump_json(value).decode("utf-8"), event=name, sep=SEPARATOR)


DONE = ServerSentEvent("[DONE]", sep=SEPARATOR)
"""The event that ends a stream of OpenAI's API."""


async def start_stream(
    services: Services, request: Request, limiter: ConcurrencyLimiter, produce: Produce[T]
) -> StreamProducer[T]:
    """Start a producer and wait for its first item, so that an early error has its own status.

    Raises:
        APIError: 429, the limiter is full; 408, the first item took too long; 499, the client
            disconnected.
    """
    producer = StreamProducer(produce)
    services.submit(limiter, producer.run)
    first = asyncio.ensure_future(producer.wait_for_first())
    try:
        await services.wait(request, first)
    except BaseException:
        producer.cancelled.set()
        raise
    return producer


async def _with_errors(
    events: AsyncIterator[ServerSentEvent], timeout: float
) -> AsyncIterator[ServerSentEvent]:
    """The events, then an error where one occurs or the time is up."""
    try:
        async with asyncio.timeout(timeout):
            async for event in events:
                yield event
    except TimeoutError:
        sentence = f"The stream did not end within {timeout:g} s."
        yield sse(error_body(APIError(408, "timeout", sentence)))
    except Exception as error:
        api_error = to_api_error(error)
        if api_error.status == 500:
            LOG.exception("stream_failed")
        yield sse(error_body(api_error))
