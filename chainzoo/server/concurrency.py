"""How much at once: a full gate answers at once, so that no queue can grow."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from starlette.requests import Request

from chainzoo.server.errors import APIError

T = TypeVar("T")
RETRY_SECONDS = 1
GONE = 499  # The client went away; nobody reads this answer.


class ConcurrencyLimiter:
    """Lets so many through at once. Counted from any thread."""

    def __init__(self, name: str, limit: int) -> None:
        self.name = name
        self.limit = limit
        self.inside = 0
        self.refused = 0
        self.closed = False
        self._lock = threading.Lock()

    def enter(self) -> Slot:
        """A place inside.

        Raises:
            APIError: 429, all places are taken; 503, the server is stopping.
        """
        with self._lock:
            if self.closed or self.inside >= self.limit:
                self.refused += 1
                raise self._refusal()
            self.inside += 1
        return Slot(self)

    def leave(self) -> None:
        """Give a place back."""
        with self._lock:
            self.inside -= 1

    def _refusal(self) -> APIError:
        headers = {"Retry-After": str(RETRY_SECONDS)}
        if self.closed:
            return APIError(503, "stopping", "The server is stopping.", headers=headers)
        return APIError(
            429,
            "busy",
            f"The server is busy: {self.limit} {self.name} are under way already.",
            remedy=f"Try again after {RETRY_SECONDS} s.",
            headers=headers,
        )


class Slot:
    """One place inside a gate, given back once however often it is asked to be."""

    def __init__(self, gate: ConcurrencyLimiter) -> None:
        self._gate: ConcurrencyLimiter | None = gate
        self._lock = threading.Lock()

    def release(self, _: object = None) -> None:
        """Give the place back."""
        with self._lock:
            gate, self._gate = self._gate, None
        if gate:
            gate.leave()


async def while_wanted(
    request: Request, future: Future[T], seconds: float, stop: Callable[[], None]
) -> T:
    """What a future gives, as long as the client is there and time is left.

    Raises:
        APIError: the client has gone, or it takes too long; the work has been told to stop.
    """
    answer = asyncio.wrap_future(future)
    gone = asyncio.ensure_future(_gone(request))
    either: set[asyncio.Future[Any]] = {answer, gone}
    try:
        await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        if gone.done():
            raise APIError(GONE, "client_gone", "The client went away.")
        raise APIError(
            408,
            "too_slow",
            f"The answer was not there after {seconds:g} s.",
            remedy="Ask for less at once.",
        )
    finally:
        gone.cancel()
        if not answer.done():
            stop()
            answer.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def no_stop() -> None:
    """For work that can only be cancelled before it begins."""
