"""What stands before every route: who may come in, how big a body may be, and what is noted."""

from __future__ import annotations

import asyncio
import hmac
import time
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chainzoo.server.errors import APIError, response_of
from chainzoo.server.logging import LOG
from chainzoo.server.metrics import Metrics
from chainzoo.server.settings import LOOPBACK, ServerSettings

OPEN = frozenset({"/health", "/ready"})


class AuthMiddleware:
    """Plain ASGI, so that streams and the client's going away pass through untouched."""

    def __init__(self, app: ASGIApp, settings: ServerSettings, metrics: Metrics) -> None:
        self.app = app
        self.settings = settings
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer why not; note what came of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        noted = _Noted(scope)
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                noted.status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", noted.id.encode()),
                ]
            await send(message)

        try:
            self._check(scope, headers)
            body = _Body(receive, headers, self.settings)
            await self.app(scope, body, sending)
        except APIError as refusal:
            if noted.status == 0:
                await response_of(refusal)(scope, receive, sending)
        except Exception as error:
            LOG.exception("failed", extra={"facts": {"id": noted.id, "path": scope["path"]}})
            if noted.status == 0:
                await response_of(error)(scope, receive, sending)
        finally:
            self._note(noted)

    def _check(self, scope: Scope, headers: Mapping[str, str]) -> None:
        """Refuse who has no token; without one, whoever does not come from this machine.

        Raises:
            APIError: 401 or 403.
        """
        if scope["path"] in OPEN:
            return
        secret = self.settings.secret
        if secret is not None:
            told = headers.get("authorization", "")
            kind, _, found = told.partition(" ")
            same = hmac.compare_digest(found.strip().encode(), secret.encode())
            if not (same and kind.lower() == "bearer"):
                raise APIError(
                    401,
                    "invalid_api_key",
                    "The token is missing or wrong.",
                    remedy="Send it as `Authorization: Bearer TOKEN`.",
                    headers={"WWW-Authenticate": "Bearer"},
                )
            return
        # A web page in the user's browser must not reach what listens on loopback.
        for name in ("host", "origin"):
            told = headers.get(name, "")
            if told and _host(told) not in LOOPBACK:
                raise APIError(
                    403,
                    "not_from_here",
                    f"{name.capitalize()} {told[:100]!r} is not this machine.",
                    remedy="Start the server with a token to call it from elsewhere.",
                )

    def _note(self, noted: _Noted) -> None:
        route = getattr(noted.scope.get("route"), "path", "none")
        seconds = time.perf_counter() - noted.begun
        self.metrics.requests.labels(route, str(noted.status or 499)).inc()
        self.metrics.seconds.labels(route).observe(seconds)
        facts: dict[str, Any] = {
            "id": noted.id,
            "method": noted.scope["method"],
            "route": route,
            "status": noted.status or 499,
            "ms": round(seconds * 1000, 1),
            **noted.scope.get("state", {}).get("facts", {}),
        }
        LOG.info("answered", extra={"facts": facts})


class _Noted:
    """What is known of a request when it is over."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.id = uuid.uuid4().hex[:16]
        self.begun = time.perf_counter()
        self.status = 0


class _Body:
    """A request's body, as long as it is small enough and arrives in time."""

    def __init__(
        self, receive: Receive, headers: Mapping[str, str], settings: ServerSettings
    ) -> None:
        self.receive = receive
        self.most = settings.max_body_bytes
        self.deadline = time.monotonic() + settings.seconds
        self.seen = 0
        self.whole = False
        told = headers.get("content-length", "")
        if told.isdigit() and int(told) > self.most:
            raise self._too_big()

    async def __call__(self) -> Message:
        if self.whole:
            return await self.receive()
        left = max(self.deadline - time.monotonic(), 0)
        try:
            message = await asyncio.wait_for(self.receive(), left)
        except TimeoutError:
            raise APIError(
                408, "body_too_slow", "The body did not arrive in time.", remedy="Send it again."
            ) from None
        if message["type"] == "http.request":
            self.seen += len(message.get("body", b""))
            self.whole = not message.get("more_body", False)
            if self.seen > self.most:
                raise self._too_big()
        return message

    def _too_big(self) -> APIError:
        return APIError(
            413,
            "body_too_big",
            f"The body is larger than {self.most:,} bytes.",
            remedy="Send less at once.",
            headers={"Connection": "close"},
        )


def _host(told: str) -> str | None:
    try:
        return urlsplit(told if "//" in told else f"//{told}").hostname
    except ValueError:
        return None
