"""A server on loopback for tests: real HTTP, in a thread of this process."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from chainzoo import Recipe, Zoo
from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.server.app import build_app
from chainzoo.server.model_pool import Models
from chainzoo.server.run import Server, _listen
from chainzoo.server.services import Services
from chainzoo.server.settings import ServerSettings


@dataclass(frozen=True, slots=True)
class Running:
    """A server that runs: its address, and what it works with."""

    url: str
    services: Services
    server: Server


@contextmanager
def running(zoo: Zoo, behind: Models | None = None, **told: Any) -> Iterator[Running]:
    """Serve a zoo for as long as the block lasts."""
    settings = ServerSettings(port=0, drain_seconds=5, **told).checked()
    services = Services(zoo, settings, behind)
    with listening(build_app(services), settings, services) as (url, server):
        yield Running(url, services, server)


@contextmanager
def listening(
    app: ASGIApp, settings: ServerSettings, services: Services | None = None
) -> Iterator[tuple[str, Server]]:
    """Serve an application in a thread."""
    up, where = threading.Event(), []

    def told(url: str) -> None:
        where.append(url)
        up.set()

    stopping = services.stopping if services else lambda: None
    server = Server(app, settings, told, stopping)
    sockets = [_listen(settings)]
    thread = threading.Thread(target=lambda: server.run(sockets=sockets), daemon=True)
    thread.start()
    assert up.wait(30), "the server did not come up"
    try:
        yield where[0], server
    finally:
        server.should_exit = True
        thread.join(20)
        sockets[0].close()


def write_tickets(path: Path) -> Path:
    """Rows that a head alone learns."""
    rows = [("text", "label")]
    for number in range(24):
        rows.append((f"my card was charged {number} times, please refund", "billing"))
        rows.append((f"the parcel number {number} has not arrived yet", "delivery"))
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def tune_tickets(home: Home, folder: Path) -> None:
    """A model ``tickets`` in a home."""
    recipe = Recipe.of(name="tickets", method="head", epochs=3)
    fine_tune(home, TuningJob(recipe, str(write_tickets(folder / "tickets.csv")), folder / "run"))
