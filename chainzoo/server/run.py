"""Run a server: listen, announce the address, and finish requests in progress on shutdown."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from sse_starlette.sse import AppStatus
from starlette.types import ASGIApp

from chainzoo.errors import ServerError
from chainzoo.server.app import build_app
from chainzoo.server.json_log import LOG
from chainzoo.server.services import Services
from chainzoo.server.settings import ServerSettings
from chainzoo.zoo import Zoo

KEEP_ALIVE_SECONDS = 30
BACKLOG = 1024

OnStarted = Callable[[str], None]
"""Called with the server's address once it accepts connections."""


def serve(zoo: Zoo, settings: ServerSettings, on_started: OnStarted) -> None:
    """Serve a zoo over HTTP until Ctrl-C or SIGTERM.

    Raises:
        ServerError: the port is taken, or other machines could call without a token.
    """
    settings.require_token_for_network()
    # A shutdown lets streams end by themselves, within the time that uvicorn grants them.
    AppStatus.enable_automatic_graceful_drain = False
    services = Services(zoo, settings)
    run_app(build_app(services), settings, on_started, services.begin_shutdown)


def run_app(
    app: ASGIApp,
    settings: ServerSettings,
    on_started: OnStarted,
    on_shutdown: Callable[[], None] = lambda: None,
) -> None:
    """Run an ASGI application at the host and port of the settings.

    Raises:
        ServerError: the port is taken, or the application failed to start.
    """
    listener = bind_socket(settings)
    server = Server(app, settings, on_started, on_shutdown)
    server.run(sockets=[listener])
    if not server.started:
        raise ServerError("The server could not start.", remedy="See the error in its log.")


class Server(uvicorn.Server):
    """A uvicorn server that calls back when it has started and when it begins to shut down."""

    def __init__(
        self,
        app: ASGIApp,
        settings: ServerSettings,
        on_started: OnStarted,
        on_shutdown: Callable[[], None] = lambda: None,
    ) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=int(settings.shutdown_timeout_seconds),
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            backlog=BACKLOG,
        )
        super().__init__(config)
        self._on_started = on_started
        self._on_shutdown = on_shutdown

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and announce the address."""
        await super().startup(sockets=sockets)
        if self.started and sockets:
            url = _url(sockets[0])
            LOG.info("started", extra={"fields": {"url": url}})
            self._on_started(url)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting requests, and wait for those in progress."""
        self._on_shutdown()
        await super().shutdown(sockets=sockets)


def bind_socket(settings: ServerSettings) -> socket.socket:
    """A socket bound to the host and port of the settings.

    Raises:
        ServerError: the address cannot be bound.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM
        )[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise ServerError(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror or error}.",
            remedy="Choose another port with --port; 0 takes a free one.",
        ) from None
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
