"""What the server refuses, how it says so, and that it goes on afterwards."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPResponse
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from langchain_core.messages import AIMessageChunk

from chainzoo import Zoo
from chainzoo.home import Home
from chainzoo.server.routes.openai import chat_completions
from tests.fake_backend import FakeBackend
from tests.running_server import PATIENCE, RunningServer, run_server, wait_until


@pytest.fixture
def slow() -> Iterator[FakeBackend]:
    """A backend that answers nothing until it is released."""
    backend = FakeBackend(released=False)
    yield backend
    backend.release.set()


def predict(url: str, inputs: Any = "a", **options: Any) -> httpx.Response:
    body = {"model": "tickets", "inputs": inputs}
    return httpx.post(f"{url}/v1/predict", json=body, timeout=PATIENCE, **options)


def test_a_full_server_rejects_without_waiting_and_recovers(
    server_home: Home, slow: FakeBackend
) -> None:
    with (
        run_server(Zoo(server_home), slow, max_concurrent_predictions=3) as server,
        ThreadPoolExecutor(3) as callers,
    ):
        waiting = [callers.submit(predict, server.url) for _ in range(3)]
        wait_until(lambda: len(slow.calls) == 3)
        rejected = predict(server.url)
        # Nothing was released, so a request that waited for a slot would have no response yet.
        assert not any(future.done() for future in waiting)
        assert len(slow.calls) == 3
        assert rejected.status_code == 429
        assert rejected.headers["Retry-After"] == "1"
        assert "3 predictions are already in progress" in rejected.json()["error"]["message"]
        assert httpx.get(f"{server.url}/health").status_code == 200
        slow.release.set()
        assert [future.result().status_code for future in waiting] == [200, 200, 200]
        assert predict(server.url).status_code == 200
        wait_until(lambda: server.services.predictions.in_use == 0)


def test_a_response_that_takes_too_long_is_408(server_home: Home, slow: FakeBackend) -> None:
    with run_server(Zoo(server_home), slow, timeout_seconds=1.5) as server:
        response = predict(server.url)
        assert response.status_code == 408
        assert response.json()["error"]["code"] == "timeout"
        assert "not ready after 1.5 s" in response.json()["error"]["message"]


def test_a_body_that_does_not_arrive_in_time_is_408(server_home: Home) -> None:
    with run_server(Zoo(server_home), FakeBackend(), timeout_seconds=1.5) as server:
        request = _chat_request(server, b"{")
        with _connect(server) as client:
            client.sendall(request[:-1])  # The last byte of the body never comes.
            response = HTTPResponse(client)
            response.begin()
            assert response.status == 408
            assert json.load(response)["error"]["code"] == "body_timeout"


def test_more_than_the_limits_is_refused(server_home: Home) -> None:
    limits = {"max_items": 2, "max_characters": 10, "max_body_bytes": 2000, "max_tokens": 5}
    with run_server(Zoo(server_home), FakeBackend(), **limits) as server:
        assert "has 3 inputs" in predict(server.url, ["a", "b", "c"]).json()["error"]["message"]
        assert "at most 10" in predict(server.url, "a" * 11).json()["error"]["message"]
        large = predict(server.url, "a" * 3000)
        assert (large.status_code, large.json()["error"]["code"]) == (413, "body_too_large")

        def undeclared() -> Iterator[bytes]:
            for _ in range(40):
                yield b" " * 100

        url, headers = f"{server.url}/v1/predict", {"content-type": "application/json"}
        assert httpx.post(url, content=undeclared(), headers=headers).status_code == 413
        message = {"role": "user", "content": "a"}
        body = {"model": "tiny-llama", "messages": [message], "max_tokens": 6}
        response = httpx.post(f"{server.url}/v1/chat/completions", json=body)
        assert response.json()["error"]["code"] == "too_many_tokens"


@pytest.mark.parametrize("stream", [True, False])
def test_a_disconnect_stops_a_generation(
    server_home: Home, monkeypatch: pytest.MonkeyPatch, stream: bool
) -> None:
    """Count the chunks: the slot is free again long before the 1500 that were asked for."""
    chunks: list[AIMessageChunk] = []
    generator = chat_completions._generator

    def counting(*args: Any) -> Any:
        generate = generator(*args)

        def counted(cancelled: Any) -> Iterator[AIMessageChunk]:
            for chunk in generate(cancelled):
                chunks.append(chunk)
                yield chunk

        return counted

    monkeypatch.setattr(chat_completions, "_generator", counting)
    body = {
        "model": "smollm2-135m",
        "messages": [{"role": "user", "content": "Tell me a very long story about a dog."}],
        "max_tokens": 1500,
        "stream": stream,
    }
    with run_server(Zoo(server_home)) as server:
        with _connect(server) as client:
            client.sendall(_chat_request(server, json.dumps(body).encode()))
            wait_until(lambda: len(chunks) > 0)
            assert server.services.chats.in_use == 1
        wait_until(lambda: server.services.chats.in_use == 0)
    assert len(chunks) < 750


def test_a_shutdown_finishes_requests_in_progress(server_home: Home, slow: FakeBackend) -> None:
    with run_server(Zoo(server_home), slow) as server, ThreadPoolExecutor(1) as callers:
        waiting = callers.submit(predict, server.url)
        wait_until(lambda: len(slow.calls) == 1)
        server.server.should_exit = True
        wait_until(lambda: server.services.predictions.closed)
        slow.release.set()
        assert waiting.result().status_code == 200


def test_the_token_of_the_settings_is_required(server_home: Home) -> None:
    with run_server(Zoo(server_home), FakeBackend(), token="secret") as server:
        assert predict(server.url).status_code == 401
        authorized = predict(server.url, headers={"Authorization": "Bearer secret"})
        assert authorized.status_code == 200
        assert httpx.get(f"{server.url}/health").status_code == 200
        assert httpx.get(f"{server.url}/metrics").status_code == 401


def test_without_a_token_other_sites_are_refused(server_home: Home) -> None:
    with run_server(Zoo(server_home), FakeBackend()) as server:
        for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
            assert predict(server.url, headers=headers).status_code == 403


def test_only_allowed_models_are_served(server_home: Home) -> None:
    with run_server(Zoo(server_home), FakeBackend(), models=("tickets@1",)) as server:
        listed = httpx.get(f"{server.url}/v1/models").json()["data"]
        assert [entry["id"] for entry in listed] == ["tickets@1"]
        assert predict(server.url).json()["model"] == "tickets@1"
        body = {"model": "minilm-l6", "input": "a"}
        refused = httpx.post(f"{server.url}/v1/embeddings", json=body)
        assert "does not serve 'minilm-l6'" in refused.json()["error"]["message"]


def test_a_bare_name_is_looked_up_as_its_allowed_alias(server_home: Home) -> None:
    zoo = Zoo(server_home)
    zoo.promote("tickets@1", "live")
    with run_server(zoo, FakeBackend(), models=("tickets@live",)) as server:
        looked_up = httpx.get(f"{server.url}/v1/models/tickets")
        assert (looked_up.status_code, looked_up.json()["id"]) == (200, "tickets@live")
        assert httpx.get(f"{server.url}/v1/models/tickets@1").status_code == 404


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
def test_an_invalid_body_is_refused_in_a_sentence(real: RunningServer, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    response = httpx.post(f"{real.url}/v1/predict", content=body, headers=headers, timeout=PATIENCE)
    assert 400 <= response.status_code < 500
    assert response.json()["error"]["message"].endswith((".", "`"))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/predict", {"model": "tickets", "inputs": "a", "surplus": 1}),
        ("/v1/agent", {"message": "hello", "surplus": 1}),
        ("/v1/tools/list_models", {"surplus": 1}),
    ],
)
def test_an_unknown_field_is_refused_by_name(
    real: RunningServer, path: str, body: dict[str, Any]
) -> None:
    response = httpx.post(f"{real.url}{path}", json=body, timeout=PATIENCE)
    error = response.json()["error"]
    assert (response.status_code, error["param"]) == (400, "surplus")
    assert error["message"] == "surplus: extra inputs are not permitted."


@pytest.fixture(scope="module")
def real(server_home: Home) -> Iterator[RunningServer]:
    """A server with the real engine."""
    with run_server(Zoo(server_home), max_tokens=8, timeout_seconds=20) as server:
        yield server


def fuzz(server: RunningServer, examples: int) -> int:
    """Send every operation valid and invalid requests; returns the number of operations."""
    document = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    operations = [operation.ok() for operation in document.get_all_operations()]
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
            def send(case: Any) -> None:
                response = case.call(timeout=PATIENCE)
                assert response.status_code < 500, f"{case.as_curl_command()}: {response.text}"

            with suppress(Unsatisfiable):  # Some operations have no invalid request.
                send()
    return len(operations)


def test_no_request_makes_the_server_fail(real: RunningServer) -> None:
    assert fuzz(real, 4) >= 16


@pytest.mark.slow
def test_none_of_many_requests_makes_the_server_fail(real: RunningServer) -> None:
    assert fuzz(real, 150) >= 16


def _connect(server: RunningServer) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)


def _chat_request(server: RunningServer, body: bytes) -> bytes:
    host = server.url.removeprefix("http://")
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
