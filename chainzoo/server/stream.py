"""From a thread that makes pieces to a client that reads them, as server-sent events."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from chainzoo.server.concurrency import ConcurrencyLimiter, while_wanted
from chainzoo.server.errors import as_body, encoded, refusal_of
from chainzoo.server.logging import LOG
from chainzoo.server.services import Services

AHEAD = 256  # Events that may wait for a slow reader before the producer waits too.
END = object()


class StreamProducer:
    """What a thread makes, piece by piece; told to stop, it does at its next piece."""

    def __init__(self, make: Callable[[threading.Event], Iterator[Any]]) -> None:
        self.over = threading.Event()
        self._make = make
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Any] = asyncio.Queue()
        self._room = threading.Semaphore(AHEAD)
        self.begun = asyncio.Event()

    def run(self) -> None:
        """The thread's part: errors are pieces too."""
        made = self._make(self.over)
        try:
            for piece in made:
                while not self._room.acquire(timeout=0.2):
                    if self.over.is_set():
                        return
                if self.over.is_set():
                    return
                self._put(piece)
            self._put(END)
        except Exception as error:
            self._put(error)
        finally:
            closing = getattr(made, "close", None)
            if closing:
                closing()

    def _put(self, piece: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(self._queue.put_nowait, piece)
        except RuntimeError:  # The loop is closed: nobody reads any more.
            self.over.set()

    async def __aiter__(self) -> AsyncIterator[Any]:
        while (piece := await self._queue.get()) is not END:
            if isinstance(piece, Exception):
                raise piece
            self._room.release()
            yield piece


class EventStream(StreamingResponse):
    """Server-sent events; when the client goes away, or time is up, the maker is stopped."""

    def __init__(self, lines: AsyncIterator[bytes], pieces: StreamProducer, seconds: float) -> None:
        super().__init__(
            _in_time(lines, seconds),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        )
        self.pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.pieces.over.set()


async def _in_time(lines: AsyncIterator[bytes], seconds: float) -> AsyncIterator[bytes]:
    """The lines, and an error as the last where something goes wrong: the status is long sent."""
    try:
        async with asyncio.timeout(seconds):
            async for line in lines:
                yield line
    except TimeoutError:
        sentence = {"message": f"Not done after {seconds:g} s.", "code": "too_slow"}
        yield event({"error": {**sentence, "type": "invalid_request_error", "param": None}})
    except Exception as error:
        refusal = refusal_of(error)
        if refusal.status == 500:
            LOG.exception("failed in a stream")
        yield event(as_body(refusal))


async def begin(
    services: Services,
    request: Request,
    gate: ConcurrencyLimiter,
    make: Callable[[threading.Event], Iterator[Any]],
) -> tuple[StreamProducer, Any, AsyncIterator[Any]]:
    """The pieces, the first of them, and the rest; what fails before the first is an answer.

    Raises:
        APIError: the gate is full, the client has gone, or the first piece takes too long.
    """
    from concurrent.futures import Future

    pieces = StreamProducer(make)
    services.begin(gate, pieces.run)
    rest = aiter(pieces)
    first: Future[Any] = Future()

    async def wait() -> None:
        try:
            first.set_result(await anext(rest, END))
        except Exception as error:
            first.set_exception(error)

    waiting = asyncio.ensure_future(wait())
    try:
        found = await while_wanted(request, first, services.settings.seconds, pieces.over.set)
    except BaseException:
        pieces.over.set()
        waiting.cancel()
        raise
    return pieces, found, rest


def event(value: Any, name: str | None = None) -> bytes:
    """One server-sent event."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + encoded(value) + b"\n\n"


DONE = b"data: [DONE]\n\n"
