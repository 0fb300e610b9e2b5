"""A server from its beginning to its end: listen, tell where, and finish what is under way."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from chainzoo.errors import ServerError
from chainzoo.server.app import build_app
from chainzoo.server.logging import LOG
from chainzoo.server.services import Services
from chainzoo.server.settings import ServerSettings
from chainzoo.zoo import Zoo

Told = Callable[[str], None]


def serve(zoo: Zoo, settings: ServerSettings, up: Told) -> None:
    """Serve until told to stop (Ctrl-C or SIGTERM); ``up`` hears the address.

    Raises:
        ServerError: the port is taken, or others could reach it without a token.
    """
    settings = settings.checked()
    services = Services(zoo, settings)
    run(build_app(services), settings, up, services.stopping)


def run(app: ASGIApp, settings: ServerSettings, up: Told, stopping: Callable[[], None]) -> None:
    """Run an application as the settings say.

    Raises:
        ServerError: the port is taken, or what is to be served cannot be.
    """
    listening = _listen(settings)
    server = Server(app, settings, up, stopping)
    server.run(sockets=[listening])
    if not server.started:
        raise ServerError("The server could not start.", remedy="Its log says why.")


class Server(uvicorn.Server):
    """Uvicorn's, which tells when it is up and when it begins to stop."""

    def __init__(
        self, app: ASGIApp, settings: ServerSettings, up: Told, stopping: Callable[[], None]
    ) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=int(settings.drain_seconds),
            timeout_keep_alive=30,
            backlog=1024,
        )
        super().__init__(config)
        self._up = up
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say where."""
        await super().startup(sockets=sockets)
        if self.started and sockets:
            address = _url(sockets[0])
            LOG.info("up", extra={"facts": {"url": address}})
            self._up(address)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody in any more, and finish what is under way."""
        self._stopping()
        await super().shutdown(sockets=sockets)


def _listen(settings: ServerSettings) -> socket.socket:
    try:
        kind, _, _, _, where = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM
        )[0]
        listening = socket.socket(kind, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(where)
    except OSError as error:
        raise ServerError(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror or error}.",
            remedy="Choose another with --port; 0 takes a free one.",
        ) from None
    return listening


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
