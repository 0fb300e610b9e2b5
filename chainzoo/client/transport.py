"""HTTP requests to a ChainZoo server, and its refusals as errors."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from httpx_sse import SSEError, connect_sse

from chainzoo.errors import NoServerError, RemoteError

BUSY = (429, 503)
MAX_WAIT_SECONDS = 30.0
ERROR_DETAILS = ("plan", "confirm", "input_errors")


class Transport:
    """Send requests to one server; whatever goes wrong is a ``RemoteError``."""

    def __init__(self, url: str, token: str | None, timeout: float, retries: int) -> None:
        """``timeout`` is in seconds; a busy server is asked again up to ``retries`` times.

        Raises:
            RemoteError: ``url`` is not an address.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.url = url
        self.retries = retries
        try:
            self.client = httpx.Client(base_url=url, headers=headers, timeout=timeout)
        except (httpx.InvalidURL, ValueError, UnicodeError) as error:
            raise RemoteError(f"{url!r} is not an address: {error}.") from None

    def get(self, path: str) -> Any:
        """The JSON at a path."""
        return self._request("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON that a path answers to a body."""
        return self._request("POST", path, body)

    def stream(self, path: str, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The JSON values of server-sent events, up to ``[DONE]``."""
        try:
            with connect_sse(self.client, "POST", path, json=body) as source:
                if source.response.status_code != 200:
                    source.response.read()
                    raise _refusal(source.response)
                for event in source.iter_sse():
                    if event.data == "[DONE]":
                        return
                    value = json.loads(event.data)
                    if "error" in value:
                        raise RemoteError(str(value["error"]["message"]))
                    yield value
        except SSEError as error:
            raise RemoteError(f"{self.url}: {error}.", remedy="Is it a ChainZoo server?") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._no_server(error) from None

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def _request(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        for retries_left in range(self.retries, -1, -1):
            try:
                response = self.client.request(method, path, json=body)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise self._no_server(error) from None
            if response.status_code == 200:
                return _json(response)
            if response.status_code not in BUSY or not retries_left:
                break
            time.sleep(min(float(response.headers.get("Retry-After") or 1), MAX_WAIT_SECONDS))
        raise _refusal(response)

    def _no_server(self, error: Exception) -> NoServerError:
        return NoServerError(
            f"{self.url} did not answer: {str(error) or type(error).__name__}.",
            remedy="Check the address, and that `chainzoo serve` runs there.",
        )


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        raise RemoteError(
            f"{response.url} did not answer with JSON.", remedy="Is it a ChainZoo server?"
        ) from None


def _refusal(response: httpx.Response) -> RemoteError:
    """The error of a response that is not 200; ``details`` has what the server adds to it."""
    try:
        body = response.json()["error"]
        refusal = RemoteError(
            str(body["message"]), status=response.status_code, code=body.get("code")
        )
        refusal.details = {name: body[name] for name in ERROR_DETAILS if name in body}
        return refusal
    except (ValueError, KeyError, TypeError, AttributeError):
        return RemoteError(
            f"{response.url} answered {response.status_code}.",
            remedy="Is it a ChainZoo server?",
            status=response.status_code,
        )
