"""The Hugging Face hub, or any mirror that speaks its file API (``HF_ENDPOINT``)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chainzoo.catalog.card import Source
from chainzoo.catalog.sources.http import download, get_json, wanted
from chainzoo.errors import FetchError, NoNetworkError

DEFAULT_ENDPOINT = "https://huggingface.co"


def fetch(source: Source, into: Path, progress: Callable[[str, int, int | None], None]) -> None:
    """Download configuration, tokenizer and safetensors of a repository at its pinned revision.

    Raises:
        NoNetworkError: the hub did not answer, or ``HF_HUB_OFFLINE`` forbids to ask it.
        FetchError: the repository is not there, or holds no weights that are safe to load.
    """
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "TRUE", "YES", "ON"):
        raise NoNetworkError(
            f"{source}: HF_HUB_OFFLINE is set.", remedy="Unset it, or fetch the card elsewhere."
        )
    endpoint = os.environ.get("HF_ENDPOINT", DEFAULT_ENDPOINT).rstrip("/")
    revision = source.revision or "main"
    headers = {"Authorization": f"Bearer {token}"} if (token := os.environ.get("HF_TOKEN")) else {}
    listing = get_json(f"{endpoint}/api/models/{source.repo}/revision/{revision}", headers)
    for name in wanted([_name(entry) for entry in listing.get("siblings", [])], str(source)):
        # The commit, not the branch: all files must be of one state of the repository.
        commit = listing.get("sha") or revision
        url = f"{endpoint}/{source.repo}/resolve/{commit}/{name}"
        download(url, into / name, progress, headers)


def _name(entry: Any) -> str:
    if not isinstance(entry, dict) or "rfilename" not in entry:
        raise FetchError(
            "The hub's answer is not in its file API's form.", remedy="Check HF_ENDPOINT."
        )
    return str(entry["rfilename"])
