"""``AuthMiddleware``: who may call the server."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from chainzoo.server.errors import APIError, error_response
from chainzoo.server.settings import LOOPBACK_HOSTS

PUBLIC_PATHS = frozenset({"/health", "/ready"})


class AuthMiddleware:
    """Admit callers that send the token; without a token, callers on this machine only.

    It is plain ASGI, so that streams and disconnects pass through untouched.

    Args:
        app: the application to protect.
        token: the bearer token, or ``None``.
        public_paths: paths that anyone may call.
    """

    def __init__(
        self, app: ASGIApp, token: str | None, public_paths: frozenset[str] = frozenset()
    ) -> None:
        self.app = app
        self.token = token
        self.public_paths = public_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or respond 401 or 403."""
        if scope["type"] == "http" and scope["path"] not in self.public_paths:
            try:
                self._check(Headers(scope=scope))
            except APIError as error:
                await error_response(error)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _check(self, headers: Mapping[str, str]) -> None:
        if self.token is None:
            _check_local(headers)
            return
        scheme, _, value = headers.get("authorization", "").partition(" ")
        matches = hmac.compare_digest(value.strip().encode(), self.token.encode())
        if not matches or scheme.lower() != "bearer":
            raise APIError(
                401,
                "invalid_api_key",
                "The token is missing or wrong.",
                remedy="Send the header `Authorization: Bearer TOKEN`.",
                headers={"WWW-Authenticate": "Bearer"},
            )


def _check_local(headers: Mapping[str, str]) -> None:
    """Refuse pages of other sites in a browser of this machine: they reach loopback as well."""
    for name in ("host", "origin"):
        value = headers.get(name, "")
        if value and _hostname(value) not in LOOPBACK_HOSTS:
            raise APIError(
                403,
                "host_not_allowed",
                f"The header {name.capitalize()} is {value[:100]!r}, which is not this machine.",
                remedy="Start the server with a token to call it from elsewhere.",
            )


def _hostname(value: str) -> str | None:
    """The host in a Host or Origin header."""
    try:
        return urlsplit(value if "//" in value else f"//{value}").hostname
    except ValueError:
        return None
