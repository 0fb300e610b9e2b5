"""What the server refuses, how it says so, and that it goes on afterwards."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable

from chainzoo import Zoo
from chainzoo.errors import ServerError
from chainzoo.home import Home
from chainzoo.server.logging import JsonLines
from chainzoo.server.settings import ServerSettings
from chainzoo.tasks import TextPrediction
from tests.served import Running, running

YES = TextPrediction("yes", 1.0, ("yes",), {"yes": 1.0})


class SlowModels:
    """Answers when it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked: list[Any] = []
        self.pool = ThreadPoolExecutor(8)

    def submit(self, ref: str, inputs: Sequence[Any], **options: Any) -> Future[list[Any]]:
        self.asked.append(inputs)

        def work() -> list[Any]:
            self.go.wait(30)
            return [YES for _ in inputs]

        return self.pool.submit(work)

    def embed(self, ref: str, texts: Sequence[str]) -> list[list[float]]:
        return [[1.0, 0.0] for _ in texts]

    def warm(self, ref: str) -> None:
        pass

    def loaded(self) -> list[Any]:
        return []

    def close(self) -> None:
        self.pool.shutdown(wait=False)


@pytest.fixture
def slow() -> Iterator[SlowModels]:
    models = SlowModels()
    yield models
    models.go.set()


def ask(url: str, inputs: Any = "a", **more: Any) -> httpx.Response:
    body = {"model": "tickets", "inputs": inputs}
    return httpx.post(f"{url}/v1/predict", json=body, timeout=30, **more)


def test_a_full_server_says_so_at_once_and_recovers(ticketed: Home, slow: SlowModels) -> None:
    with (
        running(Zoo(ticketed), slow, predictions_at_once=3) as server,
        ThreadPoolExecutor(3) as callers,
    ):
        under_way = [callers.submit(ask, server.url) for _ in range(3)]
        until(lambda: len(slow.asked) == 3)
        begun = time.monotonic()
        refused = ask(server.url)
        assert time.monotonic() - begun < 1
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "1"
        assert "3 predictions are under way" in refused.json()["error"]["message"]
        assert httpx.get(f"{server.url}/health").status_code == 200
        slow.go.set()
        assert [future.result().status_code for future in under_way] == [200, 200, 200]
        assert ask(server.url).status_code == 200
        assert server.services.predictions.inside == 0


def test_too_slow_is_told(ticketed: Home, slow: SlowModels) -> None:
    with running(Zoo(ticketed), slow, seconds=0.3) as server:
        answer = ask(server.url)
        assert answer.status_code == 408
        assert answer.json()["error"]["code"] == "too_slow"


def test_too_much_is_told(ticketed: Home, slow: SlowModels) -> None:
    slow.go.set()
    limits = {"max_items": 2, "max_characters": 10, "max_body_bytes": 2000, "max_tokens": 5}
    with running(Zoo(ticketed), slow, **limits) as server:
        assert "3 inputs" in ask(server.url, ["a", "b", "c"]).json()["error"]["message"]
        assert "at most 10" in ask(server.url, "a" * 11).json()["error"]["message"]
        big = ask(server.url, "a" * 3000)
        assert (big.status_code, big.json()["error"]["code"]) == (413, "body_too_big")

        def trickle() -> Iterator[bytes]:
            for _ in range(40):
                yield b" " * 100

        url, kind = f"{server.url}/v1/predict", {"content-type": "application/json"}
        assert httpx.post(url, content=trickle(), headers=kind).status_code == 413
        told = {"model": "tiny-llama", "messages": [{"role": "user", "content": "a"}]}
        many = httpx.post(f"{server.url}/v1/chat/completions", json={**told, "max_tokens": 6})
        assert many.json()["error"]["code"] == "too_many_tokens"


def test_who_goes_away_stops_a_generation(ticketed: Home) -> None:
    """The tiny model would write for a while; the place is free as soon as nobody listens."""
    told = {
        "model": "smollm2-135m",
        "messages": [{"role": "user", "content": "Count from one to a thousand in words."}],
        "max_tokens": 1500,
    }
    with running(Zoo(ticketed)) as server:
        for stream in (True, False):
            body = json.dumps({**told, "stream": stream}).encode()
            with _connected(server) as caller:
                caller.sendall(_request(server, body))
                until(lambda: server.services.chats.inside == 1)
                if stream:
                    caller.recv(200)
                time.sleep(0.2)
            until(lambda: server.services.chats.inside == 0, 5)


def test_a_stop_finishes_what_is_under_way(ticketed: Home, slow: SlowModels) -> None:
    with running(Zoo(ticketed), slow) as server, ThreadPoolExecutor(1) as callers:
        under_way = callers.submit(ask, server.url)
        until(lambda: len(slow.asked) == 1)
        server.server.should_exit = True
        until(lambda: server.services.predictions.closed)
        slow.go.set()
        assert under_way.result().status_code == 200


def test_a_token_is_asked_for(ticketed: Home, slow: SlowModels) -> None:
    slow.go.set()
    with running(Zoo(ticketed), slow, token="secret") as server:
        assert ask(server.url).status_code == 401
        wrong = ask(server.url, headers={"Authorization": "Bearer other"})
        assert "token is missing or wrong" in wrong.json()["error"]["message"]
        assert ask(server.url, headers={"Authorization": "Bearer secret"}).status_code == 200
        assert httpx.get(f"{server.url}/health").status_code == 200
        assert httpx.get(f"{server.url}/metrics").status_code == 401


def test_without_a_token_web_pages_are_kept_out(ticketed: Home, slow: SlowModels) -> None:
    slow.go.set()
    with running(Zoo(ticketed), slow) as server:
        for header in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
            assert ask(server.url, headers=header).status_code == 403


def test_other_hosts_need_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHAINZOO_TOKEN", raising=False)
    with pytest.raises(ServerError, match="there is no token"):
        ServerSettings(host="0.0.0.0").checked()
    monkeypatch.setenv("CHAINZOO_TOKEN", "secret")
    assert ServerSettings(host="0.0.0.0").checked().secret == "secret"


def test_only_what_is_named_is_served(ticketed: Home, slow: SlowModels) -> None:
    slow.go.set()
    with running(Zoo(ticketed), slow, models=("tickets@1",)) as server:
        listed = httpx.get(f"{server.url}/v1/models").json()["data"]
        assert [line["id"] for line in listed] == ["tickets@1"]
        assert ask(server.url).json()["model"] == "tickets@1"
        body = {"model": "minilm-l6", "input": "a"}
        refused = httpx.post(f"{server.url}/v1/embeddings", json=body)
        assert "does not serve 'minilm-l6'" in refused.json()["error"]["message"]


def test_texts_stay_out_of_the_log(ticketed: Home, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "chainzoo.server")
    for told, seen in ((False, False), (True, True)):
        caplog.clear()
        slow = SlowModels()
        slow.go.set()
        with running(Zoo(ticketed), slow, log_texts=told) as server:
            ask(server.url, "my secret")
        lines = [JsonLines().format(record) for record in caplog.records]
        (line,) = [json.loads(text) for text in lines if '"/v1/predict"' in text]
        assert (line["status"], line["model"], line["items"]) == (200, "tickets@1", 1)
        assert ("my secret" in "".join(lines)) is seen


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"model": "tickets"}',
        b'{"model": "tickets", "inputs": [1]}',
        b'{"model": "tickets", "inputs": "\\ud800"}',
        b'{"model": "tickets", "inputs": {"a": NaN}}',
        b'{"model": "\\u0000", "inputs": "a"}',
        b'{"model": "../../etc", "inputs": "a"}',
        b'{"model": "tickets", "inputs": "a", "surplus": 1}',
        b'{"model": "tickets", "inputs": "a", "options": {"num_beams": 3}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_nonsense_is_told_in_a_sentence(plain: Running, body: bytes) -> None:
    kind = {"content-type": "application/json"}
    answer = httpx.post(f"{plain.url}/v1/predict", content=body, headers=kind, timeout=30)
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]["message"].endswith((".", "`"))


@pytest.fixture(scope="module")
def plain(ticketed: Home) -> Iterator[Running]:
    with running(Zoo(ticketed), max_tokens=8, seconds=20) as server:
        yield server


def send_anything(server: Running, examples: int) -> int:
    """Send what the document allows and what it does not; gives how many routes it has."""
    document = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    operations = [found.ok() for found in document.get_all_operations()]
    for operation in operations:
        for mode in schemathesis.GenerationMode:

            @settings(
                max_examples=examples,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def sent(case: Any) -> None:
                answer = case.call(timeout=60)
                # The server's own stop and the like are no part of this: nothing may be 5xx.
                assert answer.status_code < 500, f"{case.as_curl_command()}: {answer.text}"

            with suppress(Unsatisfiable):  # Nothing about the route can be got wrong.
                sent()
    return len(operations)


def test_nothing_that_is_sent_makes_it_fail(plain: Running) -> None:
    assert send_anything(plain, 4) >= 16


@pytest.mark.slow
def test_nothing_that_is_sent_makes_it_fail_at_length(plain: Running) -> None:
    assert send_anything(plain, 150) >= 16


def until(true: Any, seconds: float = 10) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


def _connected(server: Running) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def _request(server: Running, body: bytes) -> bytes:
    host = server.url.removeprefix("http://")
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
