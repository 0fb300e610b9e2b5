"""``RequestLogMiddleware``: an id, a log line and metrics for each request."""

from __future__ import annotations

import time
import uuid
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chainzoo.server.concurrency import CLIENT_CLOSED_REQUEST
from chainzoo.server.errors import APIError, error_response
from chainzoo.server.json_log import LOG
from chainzoo.server.metrics import Metrics


class RequestLogMiddleware:
    """Log and count every response, and respond to exceptions that nothing inside handled.

    The id of a request is in its log line and in the header ``x-request-id`` of the response.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and record its outcome."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        outcome = _Outcome()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                outcome.status = message["status"]
                header = (b"x-request-id", outcome.request_id.encode())
                message["headers"] = [*message["headers"], header]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception as error:
            if not isinstance(error, APIError):
                fields = {"id": outcome.request_id, "path": scope["path"]}
                LOG.exception("request_failed", extra={"fields": fields})
            if not outcome.status:
                await error_response(error)(scope, receive, send_with_id)
        finally:
            self._record(scope, outcome)

    def _record(self, scope: Scope, outcome: _Outcome) -> None:
        route = getattr(scope.get("route"), "path", "none")
        seconds = time.perf_counter() - outcome.started_at
        status = outcome.status or CLIENT_CLOSED_REQUEST
        self.metrics.requests.labels(route, str(status)).inc()
        self.metrics.duration.labels(route).observe(seconds)
        fields: dict[str, Any] = {
            "id": outcome.request_id,
            "method": scope["method"],
            "route": route,
            "status": status,
            "duration_ms": round(seconds * 1000, 1),
            **scope.get("state", {}).get("log_fields", {}),
        }
        LOG.info("request", extra={"fields": fields})


class _Outcome:
    """What is known of a request so far."""

    def __init__(self) -> None:
        self.request_id = uuid.uuid4().hex[:16]
        self.started_at = time.perf_counter()
        self.status = 0  # Until the response begins.


def add_log_fields(request: Request, **fields: Any) -> None:
    """Add fields to the log line of a request."""
    request.state.log_fields = {**getattr(request.state, "log_fields", {}), **fields}
