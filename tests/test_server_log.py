"""The server's log: one line of JSON a request, without the texts of requests."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from chainzoo import Zoo
from chainzoo.home import Home
from chainzoo.server.errors import APIError
from chainzoo.server.json_log import JsonFormatter
from chainzoo.server.metrics import Metrics
from chainzoo.server.request_log import RequestLogMiddleware, add_log_fields
from chainzoo.server.settings import ServerSettings
from tests.fake_backend import FakeBackend
from tests.running_server import PATIENCE, run_app, run_server, wait_until


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers, refuses or fails, as the path says."""
    if scope["path"] == "/refuse":
        raise APIError(418, "teapot", "This is a teapot.")
    if scope["path"] == "/fail":
        raise RuntimeError("the disk is gone")
    add_log_fields(Request(scope), model="tickets@1", folder=Path("weights"))
    await PlainTextResponse("answer")(scope, receive, send)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """What the log holds so far, each line parsed."""
    caplog.set_level(logging.INFO, "chainzoo.server")
    return lambda: [json.loads(JsonFormatter().format(record)) for record in caplog.records]


@pytest.fixture
def url() -> Iterator[str]:
    logged = RequestLogMiddleware(app, Metrics((), FakeBackend()))
    with run_app(logged, ServerSettings(port=0)) as (url, _):
        yield url


def test_each_response_is_logged_under_its_id(url: str, lines: Any) -> None:
    responses = {path: httpx.get(f"{url}/{path}") for path in ("answer", "fail", "refuse")}
    wait_until(lambda: sum(line["event"] == "request" for line in lines()) == 3)
    logged = {line["id"]: line for line in lines() if line["event"] == "request"}
    for path, status in (("answer", 200), ("fail", 500), ("refuse", 418)):
        response = responses[path]
        line = logged[response.headers["x-request-id"]]
        assert (response.status_code, line["status"], line["method"]) == (status, status, "GET")
        assert line["duration_ms"] >= 0
    answered = logged[responses["answer"].headers["x-request-id"]]
    assert (answered["model"], answered["folder"]) == ("tickets@1", "weights")
    assert answered["level"] == "info"


def test_an_unexpected_error_has_its_traceback_in_the_log_alone(url: str, lines: Any) -> None:
    responses = [httpx.get(f"{url}/{path}") for path in ("fail", "refuse")]
    (failed,) = [line for line in lines() if line["event"] == "request_failed"]
    assert "the disk is gone" in failed["traceback"]
    assert failed["id"] == responses[0].headers["x-request-id"]
    assert "the disk is gone" not in responses[0].text
    assert "RuntimeError" in responses[0].json()["error"]["message"]


@pytest.mark.parametrize("log_texts", [False, True])
def test_texts_are_in_the_log_only_if_the_settings_say_so(
    server_home: Home, lines: Any, log_texts: bool
) -> None:
    body = {"model": "tickets", "inputs": "my secret"}
    with run_server(Zoo(server_home), FakeBackend(), log_texts=log_texts) as server:
        httpx.post(f"{server.url}/v1/predict", json=body, timeout=PATIENCE)
        wait_until(lambda: any(line.get("route") == "/v1/predict" for line in lines()))
    (line,) = [line for line in lines() if line.get("route") == "/v1/predict"]
    assert (line["status"], line["model"], line["items"]) == (200, "tickets@1", 1)
    assert ("my secret" in json.dumps(lines())) is log_texts
