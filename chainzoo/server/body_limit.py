"""``BodyLimitMiddleware``: bounds the size of a request's body and the time it takes to arrive."""

from __future__ import annotations

import asyncio
import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chainzoo.server.errors import APIError


class BodyLimitMiddleware:
    """Raise ``APIError`` (413 or 408) where a body is too large or too slow.

    Starlette's ``RequestBodyLimitMiddleware`` bounds the size alone.

    Args:
        app: the application that reads the body.
        max_bytes: the largest body.
        timeout: seconds for the whole body.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, timeout: float) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.timeout = timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a body that is watched while it is read.

        Raises:
            APIError: 413, the request declares a body that is too large.
        """
        if scope["type"] == "http":
            declared = Headers(scope=scope).get("content-length", "")
            if declared.isdigit() and int(declared) > self.max_bytes:
                raise _too_large(self.max_bytes)
            receive = _LimitedBody(receive, self.max_bytes, self.timeout)
        await self.app(scope, receive, send)


class _LimitedBody:
    """A ``receive`` that counts the bytes of the body and keeps its deadline."""

    def __init__(self, receive: Receive, max_bytes: int, timeout: float) -> None:
        self.receive = receive
        self.max_bytes = max_bytes
        self.deadline = time.monotonic() + timeout
        self.received = 0
        self.complete = False

    async def __call__(self) -> Message:
        if self.complete:
            return await self.receive()
        remaining = max(self.deadline - time.monotonic(), 0)
        try:
            message = await asyncio.wait_for(self.receive(), remaining)
        except TimeoutError:
            raise APIError(
                408,
                "body_timeout",
                "The request's body did not arrive in time.",
                remedy="Send the request again.",
            ) from None
        if message["type"] == "http.request":
            self.received += len(message.get("body", b""))
            self.complete = not message.get("more_body", False)
            if self.received > self.max_bytes:
                raise _too_large(self.max_bytes)
        return message


def _too_large(max_bytes: int) -> APIError:
    return APIError(
        413,
        "body_too_large",
        f"The body is larger than {max_bytes:,} bytes.",
        remedy="Send several smaller requests.",
        headers={"Connection": "close"},
    )
