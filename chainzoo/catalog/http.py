"""Files over HTTP: downloads that continue where they were cut, and errors in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainzoo import atomic
from chainzoo.errors import FetchError, NoNetworkError

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 30.0
SMALL_FILES = (".json", ".txt", ".model", ".jinja")
PARTIAL_SUFFIX = ".partial"


def select_files(names: Sequence[str], source: str) -> list[str]:
    """Select the files of a repository that loading needs: small ones first, never a pickle.

    Args:
        names: the paths of all files; those in subfolders are not needed.
        source: what the repository is called, for the error.

    Raises:
        FetchError: there are neither safetensors nor a GGUF file.
    """
    top_level = sorted(name for name in names if "/" not in name)
    safetensors = [name for name in top_level if name.endswith(".safetensors")]
    unmarked = [n for n in safetensors if n == "model.safetensors" or n.startswith("model-0")]
    weights = unmarked or safetensors or [n for n in top_level if n.endswith(".gguf")][:1]
    if not weights:
        raise FetchError(
            f"{source} has neither safetensors nor GGUF weights.",
            remedy="Pickled weights are not loaded; choose another card.",
        )
    return [name for name in top_level if name.endswith(SMALL_FILES)] + weights


def get_json(url: str, headers: dict[str, str]) -> dict[str, Any]:
    """Get the JSON object at a URL.

    Raises:
        NoNetworkError: nobody answered.
        FetchError: the answer was an error, or not JSON.
    """
    import httpx

    try:
        response = httpx.get(url, headers=headers, timeout=TIMEOUT_SECONDS, follow_redirects=True)
        _check_status(response, url)
        return dict(response.json())
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
    """Download a file to ``path``, continuing what an earlier call was cut in.

    Raises:
        NoNetworkError: nobody answered, or the connection was cut; the next call continues.
        FetchError: the server answered with an error.
    """
    import httpx

    if path.exists():
        return
    partial = path.with_name(path.name + PARTIAL_SUFFIX)
    size = partial.stat().st_size if partial.exists() else 0
    if size:
        headers = {**headers, "Range": f"bytes={size}-"}
    try:
        with httpx.stream(
            "GET", url, headers=headers, timeout=TIMEOUT_SECONDS, follow_redirects=True
        ) as response:
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                partial.unlink(missing_ok=True)
                raise FetchError(f"{url} changed while it was downloaded.", remedy="Try again.")
            _check_status(response, url)
            if response.status_code != httpx.codes.PARTIAL_CONTENT:
                size = 0
            length = response.headers.get("Content-Length")
            total = size + int(length) if length else None
            with partial.open("ab" if size else "wb") as file:
                for chunk in response.iter_bytes():
                    file.write(chunk)
                    size += len(chunk)
                    progress(path.name, size, total)
    except httpx.HTTPError as error:
        raise _no_network(url, error) from None
    if total is not None and size != total and "Content-Encoding" not in response.headers:
        raise NoNetworkError(f"{url} was cut after {size} of {total} bytes.", remedy="Try again.")
    atomic.move(partial, path)


def _check_status(response: httpx.Response, url: str) -> None:
    if response.status_code in (401, 403):
        raise FetchError(
            f"{url} may not be read without permission.",
            remedy="Accept the model's licence on its page and set HF_TOKEN.",
        )
    if response.status_code >= 400:
        raise FetchError(
            f"{url} answered {response.status_code}.", remedy="Check the card's source."
        )


def _no_network(url: str, error: Exception) -> NoNetworkError:
    return NoNetworkError(
        f"{url} could not be read: {str(error) or type(error).__name__}.",
        remedy="Check the network, or set HF_ENDPOINT to a mirror; the next try continues the"
        " download.",
    )
