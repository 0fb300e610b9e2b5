"""A server on loopback for tests: real HTTP, served from a thread of the test's process."""

from __future__ import annotations

import csv
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from chainzoo import Recipe, Zoo
from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.server.app import build_app
from chainzoo.server.backend import ModelBackend
from chainzoo.server.run import Server, bind_socket
from chainzoo.server.services import Services
from chainzoo.server.settings import ServerSettings

PATIENCE = 120.0
"""Seconds that a test waits for what takes well under one on an idle machine."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that accepts requests: its address, its services, and itself."""

    url: str
    services: Services
    server: Server


@contextmanager
def run_server(
    zoo: Zoo, backend: ModelBackend | None = None, **settings: Any
) -> Iterator[RunningServer]:
    """Serve a zoo for as long as the block lasts; ``settings`` are those of ServerSettings."""
    server_settings = ServerSettings(port=0, shutdown_timeout_seconds=5, **settings)
    services = Services(zoo, server_settings, backend)
    app = build_app(services)
    with run_app(app, server_settings, services.begin_shutdown) as (url, server):
        yield RunningServer(url, services, server)


@contextmanager
def run_app(
    app: ASGIApp, settings: ServerSettings, on_shutdown: Callable[[], None] = lambda: None
) -> Iterator[tuple[str, Server]]:
    """Serve an application in a thread for as long as the block lasts."""
    started = threading.Event()
    urls: list[str] = []

    def on_started(url: str) -> None:
        urls.append(url)
        started.set()

    server = Server(app, settings, on_started, on_shutdown)
    sockets = [bind_socket(settings)]
    thread = threading.Thread(target=lambda: server.run(sockets=sockets), daemon=True)
    thread.start()
    assert started.wait(PATIENCE), "the server did not start"
    try:
        yield urls[0], server
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        sockets[0].close()


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for a condition to become true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"the condition was not met within {seconds:g} s"
        time.sleep(0.02)


def write_tickets(path: Path) -> Path:
    """Write 48 rows with two labels, which a classification head learns in a few epochs."""
    rows = [("text", "label")]
    for number in range(24):
        rows.append((f"my card was charged {number} times, please refund", "billing"))
        rows.append((f"the parcel number {number} has not arrived yet", "delivery"))
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def tune_tickets(home: Home, folder: Path) -> None:
    """Tune and publish a model named ``tickets`` in a home."""
    recipe = Recipe.of(name="tickets", method="head", epochs=3)
    data = write_tickets(folder / "tickets.csv")
    fine_tune(home, TuningJob(recipe, str(data), folder / "run"))
