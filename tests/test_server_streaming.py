"""Server-sent events: errors, time limits, disconnects, keep-alives, and a shutdown meanwhile."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sse_starlette import ServerSentEvent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chainzoo import Zoo
from chainzoo.errors import PredictionError
from chainzoo.home import Home
from chainzoo.server.errors import error_response
from chainzoo.server.services import Services
from chainzoo.server.settings import ServerSettings
from chainzoo.server.streaming import (
    MAX_BUFFERED_ITEMS,
    EventStream,
    StreamProducer,
    sse,
    start_stream,
)
from tests.running_server import PATIENCE, run_app, wait_until

Produce = Callable[[threading.Event], Iterator[Any]]


class Streams:
    """A server with one route, which streams what ``produce`` yields."""

    def __init__(self, home: Home, **settings: Any) -> None:
        self.produce: Produce = lambda cancelled: iter(())
        self.settings = ServerSettings(port=0, shutdown_timeout_seconds=5, **settings)
        self.services = Services(Zoo(home), self.settings)
        self.app = Starlette(routes=[Route("/", self.respond)])

    async def respond(self, request: Request) -> Response:
        limiter = self.services.agent_calls
        try:
            producer = await start_stream(self.services, request, limiter, self.produce)
        except Exception as error:
            return error_response(error)
        return EventStream(events(producer), self.settings.timeout_seconds, producer)

    def idle(self) -> bool:
        return self.services.agent_calls.in_use == 0


async def events(producer: StreamProducer[Any]) -> AsyncIterator[ServerSentEvent]:
    async for item in producer:
        yield sse(item)


def values(response: httpx.Response) -> list[Any]:
    lines = response.read().decode().splitlines()
    return [json.loads(line[6:]) for line in lines if line.startswith("data: ")]


def test_items_arrive_in_order_however_many(home: Home) -> None:
    streams = Streams(home)
    count = 3 * MAX_BUFFERED_ITEMS
    streams.produce = lambda cancelled: iter(range(count))
    with run_app(streams.app, streams.settings) as (url, _):
        response = httpx.get(url, timeout=PATIENCE)
        assert values(response) == list(range(count))
        assert response.headers["x-accel-buffering"] == "no"
        wait_until(streams.idle)


def fail_at_the_first_item(cancelled: threading.Event) -> Iterator[Any]:
    raise PredictionError("The input does not fit.")
    yield


def fail_without_an_iterator(cancelled: threading.Event) -> Iterator[Any]:
    raise PredictionError("The input does not fit.")


@pytest.mark.parametrize("produce", [fail_at_the_first_item, fail_without_an_iterator])
def test_an_error_before_the_first_item_has_its_own_status(home: Home, produce: Produce) -> None:
    streams = Streams(home, timeout_seconds=20)
    streams.produce = produce
    with run_app(streams.app, streams.settings) as (url, _):
        response = httpx.get(url, timeout=PATIENCE)
        assert response.status_code == 400
        assert response.json()["error"]["message"] == "The input does not fit."


@pytest.mark.parametrize(
    ("error", "code"),
    [(PredictionError("The input does not fit."), "bad_request"), (KeyError(1), "internal_error")],
)
def test_a_later_error_is_the_last_event(home: Home, error: Exception, code: str) -> None:
    streams = Streams(home)

    def produce(cancelled: threading.Event) -> Iterator[Any]:
        yield 1
        raise error

    streams.produce = produce
    with run_app(streams.app, streams.settings) as (url, _):
        response = httpx.get(url, timeout=PATIENCE)
        assert response.status_code == 200
        first, last = values(response)
        assert first == 1
        assert last["error"]["code"] == code
        wait_until(streams.idle)


def test_a_stream_that_takes_too_long_ends_with_an_error_event(home: Home) -> None:
    streams = Streams(home, timeout_seconds=1.5)
    cancelled_events = []

    def produce(cancelled: threading.Event) -> Iterator[Any]:
        cancelled_events.append(cancelled)
        yield 1
        cancelled.wait(PATIENCE)
        yield 2

    streams.produce = produce
    with run_app(streams.app, streams.settings) as (url, _):
        first, last = values(httpx.get(url, timeout=PATIENCE))
        assert first == 1
        assert last["error"]["code"] == "timeout"
        assert "did not end within 1.5 s" in last["error"]["message"]
        wait_until(streams.idle)
        assert cancelled_events[0].is_set()


def test_a_disconnect_stops_a_producer_that_sends_nothing(home: Home) -> None:
    streams = Streams(home)
    stopped = threading.Event()

    def produce(cancelled: threading.Event) -> Iterator[Any]:
        yield 1
        if cancelled.wait(PATIENCE):
            stopped.set()

    streams.produce = produce
    with run_app(streams.app, streams.settings) as (url, _):
        with httpx.stream("GET", url, timeout=PATIENCE) as response:
            lines = response.iter_lines()  # The connection closes with the last reference to it.
            assert next(lines) == "data: 1"
            assert streams.services.agent_calls.in_use == 1
        wait_until(stopped.is_set)
        wait_until(streams.idle)


def test_an_idle_stream_is_kept_alive_by_comments(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EventStream, "DEFAULT_PING_INTERVAL", 0.05)
    streams = Streams(home)
    commented = threading.Event()

    def produce(cancelled: threading.Event) -> Iterator[Any]:
        yield 1
        commented.wait(PATIENCE)
        yield 2

    streams.produce = produce
    with (
        run_app(streams.app, streams.settings) as (url, _),
        httpx.stream("GET", url, timeout=PATIENCE) as response,
    ):
        lines = []
        for line in response.iter_lines():
            lines.append(line)
            if line.startswith(": ping"):
                commented.set()
    assert commented.is_set()
    assert [line for line in lines if line.startswith("data: ")] == ["data: 1", "data: 2"]


def test_a_stop_signal_lets_a_stream_end_by_itself(server_home: Home, tmp_path: Path) -> None:
    """Also proves that the settings of the command reach the server: the port is the environment's."""
    child = subprocess.Popen(
        [sys.executable, "-m", "chainzoo", "serve", "--json"],
        env={
            **os.environ,
            "CHAINZOO_HOME": str(server_home.root),
            "CHAINZOO_SERVER_PORT": "0",
            "PYTHONPATH": str(Path(__file__).parents[1]),
        },
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    body = {
        "model": "smollm2-135m",
        "messages": [{"role": "user", "content": "Tell me a story about a dog."}],
        "max_tokens": 40,
        "stream": True,
    }
    try:
        assert child.stdout is not None
        url = json.loads(child.stdout.readline())["url"]
        path = f"{url}/v1/chat/completions"
        with httpx.stream("POST", path, json=body, timeout=PATIENCE) as response:
            lines = response.iter_lines()
            assert next(lines).startswith("data: {")
            child.send_signal(signal.SIGTERM)
            data = [line for line in lines if line.startswith("data: ")]
        assert data[-1] == "data: [DONE]"
        assert json.loads(data[-2][6:])["choices"][0]["finish_reason"] in ("stop", "length")
        assert len(data) > 10
    finally:
        child.terminate()
        assert child.wait(PATIENCE) in (0, -signal.SIGTERM)
