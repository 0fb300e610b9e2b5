"""Files over HTTP: gone on with where they were cut, whole or an error."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from chainzoo.errors import FetchError, NoNetworkError

TIMEOUT_SECONDS = 30.0
WANTED = (".json", ".txt", ".model", ".jinja")


def wanted(names: Sequence[str], source: str) -> list[str]:
    """The files of a repository that are needed: top-level, small ones first, never a pickle.

    Raises:
        FetchError: there are neither safetensors nor a GGUF file.
    """
    top = sorted(name for name in names if "/" not in name)
    weights = [name for name in top if name.endswith(".safetensors")]
    plain = [n for n in weights if n == "model.safetensors" or n.startswith("model-0")]
    weights = plain or weights or [name for name in top if name.endswith(".gguf")][:1]
    if not weights:
        raise FetchError(
            f"{source} has neither safetensors nor GGUF weights.",
            remedy="Pickled weights are not loaded; choose another card.",
        )
    return [name for name in top if name.endswith(WANTED)] + weights


def get_json(url: str, headers: dict[str, str]) -> dict[str, Any]:
    """The JSON object at a URL.

    Raises:
        NoNetworkError, FetchError: nobody answered; the answer was an error or not JSON.
    """
    try:
        answer = httpx.get(url, headers=headers, timeout=TIMEOUT_SECONDS, follow_redirects=True)
        _check(answer, url)
        return dict(answer.json())
    except httpx.HTTPError as error:
        raise _no_network(url, error) from None
    except ValueError:
        raise FetchError(f"{url} did not answer with JSON.", remedy="Check the endpoint.") from None


def download(
    url: str,
    path: Path,
    progress: Callable[[str, int, int | None], None],
    headers: dict[str, str],
) -> None:
    """Download a file to ``path``; what an earlier call got of it is not asked for again.

    Raises:
        NoNetworkError: nobody answered, or the connection was cut; what came stays for next time.
        FetchError: the server answered with an error.
    """
    if path.exists():
        return
    part = path.with_name(path.name + ".cut")
    have = part.stat().st_size if part.exists() else 0
    asked = {**headers, "Range": f"bytes={have}-"} if have else headers
    try:
        with httpx.stream(
            "GET", url, headers=asked, timeout=TIMEOUT_SECONDS, follow_redirects=True
        ) as answer:
            if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink(missing_ok=True)
                raise FetchError(f"{url} changed while it was downloaded.", remedy="Try again.")
            _check(answer, url)
            if answer.status_code != httpx.codes.PARTIAL_CONTENT:
                have = 0
            length = answer.headers.get("Content-Length")
            total = have + int(length) if length else None
            with part.open("ab" if have else "wb") as file:
                for chunk in answer.iter_bytes():
                    file.write(chunk)
                    have += len(chunk)
                    progress(path.name, have, total)
    except httpx.HTTPError as error:
        raise _no_network(url, error) from None
    if total is not None and have != total and "Content-Encoding" not in answer.headers:
        raise NoNetworkError(f"{url} was cut after {have} of {total} bytes.", remedy="Try again.")
    os.replace(part, path)


def _check(answer: httpx.Response, url: str) -> None:
    if answer.status_code in (401, 403):
        raise FetchError(
            f"{url} may not be read without permission.",
            remedy="Accept the model's licence on its page and set HF_TOKEN.",
        )
    if answer.status_code >= 400:
        raise FetchError(f"{url} answered {answer.status_code}.", remedy="Check the card's source.")


def _no_network(url: str, error: Exception) -> NoNetworkError:
    return NoNetworkError(
        f"{url} could not be read: {str(error) or type(error).__name__}.",
        remedy="Check the network, or set HF_ENDPOINT to a mirror; the next try goes on from here.",
    )
