"""Who may call the server: tokens, and pages of other sites in a local browser."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from starlette.responses import PlainTextResponse

from chainzoo.server.auth import AuthMiddleware
from chainzoo.server.settings import ServerSettings
from tests.running_server import run_app


def serve(token: str | None) -> Iterator[str]:
    app = AuthMiddleware(PlainTextResponse("admitted"), token, frozenset({"/health"}))
    with run_app(app, ServerSettings(port=0)) as (url, _):
        yield url


@pytest.fixture(scope="module")
def with_token() -> Iterator[str]:
    yield from serve("open sesame")


@pytest.fixture(scope="module")
def without_token() -> Iterator[str]:
    yield from serve(None)


@pytest.mark.parametrize("header", ["Bearer open sesame", "bearer  open sesame"])
def test_the_token_admits(with_token: str, header: str) -> None:
    response = httpx.get(f"{with_token}/x", headers={"Authorization": header})
    assert response.text == "admitted"


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer other", "Basic open sesame", "open sesame", "Bearer é"]
)
def test_anything_else_is_refused(with_token: str, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    response = httpx.get(f"{with_token}/x", headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert "token is missing or wrong" in response.json()["error"]["message"]


def test_public_paths_need_no_token(with_token: str) -> None:
    assert httpx.get(f"{with_token}/health").text == "admitted"
    assert httpx.get(f"{with_token}/health/x").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[broken"},
    ],
)
def test_without_a_token_other_sites_are_refused(
    without_token: str, headers: dict[str, str]
) -> None:
    response = httpx.get(f"{without_token}/x", headers=headers)
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "host_not_allowed"


@pytest.mark.parametrize("origin", [None, "http://localhost:3000", "http://[::1]:80"])
def test_without_a_token_this_machine_is_admitted(without_token: str, origin: str | None) -> None:
    headers = {"Origin": origin} if origin else {}
    assert httpx.get(f"{without_token}/x", headers=headers).text == "admitted"
