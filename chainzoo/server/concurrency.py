"""Limits on concurrent work. A full limiter rejects at once, so that no queue can grow."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request

from chainzoo.server.errors import APIError

T = TypeVar("T")
RETRY_AFTER_SECONDS = 1
RETRY_AFTER = {"Retry-After": str(RETRY_AFTER_SECONDS)}
CLIENT_CLOSED_REQUEST = 499  # Logged only: nobody reads this response.


class ConcurrencyLimiter:
    """Admit up to ``limit`` units of work at once. Safe to use from any thread."""

    def __init__(self, name: str, limit: int) -> None:
        self.name = name
        self.limit = limit
        self.in_use = 0
        self.rejected = 0
        self.closed = False
        self._lock = threading.Lock()

    def acquire(self) -> ConcurrencySlot:
        """Take a slot; release it when the work is done.

        Raises:
            APIError: 429, all slots are in use; 503, the server is shutting down.
        """
        with self._lock:
            if self.closed or self.in_use >= self.limit:
                self.rejected += 1
                raise self._rejection()
            self.in_use += 1
        return ConcurrencySlot(self)

    def close(self) -> None:
        """Admit nothing more; work in progress goes on."""
        self.closed = True

    def _release(self) -> None:
        with self._lock:
            self.in_use -= 1

    def _rejection(self) -> APIError:
        if self.closed:
            return shutting_down()
        return APIError(
            429,
            "server_busy",
            f"The server is busy: {self.limit} {self.name} are already in progress.",
            remedy=f"Try again after {RETRY_AFTER_SECONDS} s.",
            headers=RETRY_AFTER,
        )


class ConcurrencySlot:
    """A place in a limiter. Releasing it again has no effect."""

    def __init__(self, limiter: ConcurrencyLimiter) -> None:
        self._limiter: ConcurrencyLimiter | None = limiter
        self._lock = threading.Lock()

    def release(self, _: object = None) -> None:
        """Give the slot back. The argument lets a future call this when it is done."""
        with self._lock:
            limiter, self._limiter = self._limiter, None
        if limiter:
            limiter._release()


def shutting_down() -> APIError:
    """The 503 of a server that is about to end."""
    return APIError(503, "shutting_down", "The server is shutting down.", headers=RETRY_AFTER)


async def wait_for_result(
    request: Request, result: asyncio.Future[T], timeout: float, cancel: Callable[[], None]
) -> T:
    """Wait for a result while the client is connected, for up to ``timeout`` seconds.

    When it stops waiting, it calls ``cancel`` to end work that has started, and cancels the future
    to drop work that has not.

    Raises:
        APIError: 408, the time is up; 499, the client disconnected.
    """
    disconnect = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait(
            (result, disconnect), timeout=timeout, return_when=asyncio.FIRST_COMPLETED
        )
        if result.done():
            return result.result()
        if disconnect.done():
            raise APIError(CLIENT_CLOSED_REQUEST, "client_disconnected", "The client disconnected.")
        raise APIError(
            408,
            "timeout",
            f"The response was not ready after {timeout:g} s.",
            remedy="Send fewer or shorter inputs.",
        )
    finally:
        disconnect.cancel()
        if not result.done():
            cancel()
            result.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def no_cancel() -> None:
    """For work that can only be cancelled before it begins."""
