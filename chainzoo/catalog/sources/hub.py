"""The Hugging Face hub, or any mirror that speaks its file API (``HF_ENDPOINT``).

huggingface_hub 1.33 is not used to download, because it deletes what it has of a file when a call
fails, and the next call begins again: for 300 MB that break off at nine tenths, 570 MB are sent, and
300 MB with ``catalog/http.py`` (`bench/hub_download.py`).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from chainzoo.catalog.http import download, get_json, select_files
from chainzoo.catalog.sources.source import Fetcher, Progress, Source
from chainzoo.errors import FetchError, NoNetworkError

DEFAULT_ENDPOINT = "https://huggingface.co"
TRUE_VALUES = ("1", "TRUE", "YES", "ON")


class HubFetcher(Fetcher):
    """Downloads a repository of the hub at its pinned revision."""

    kind = "hub"
    required = ("repo",)

    def fetch(self, source: Source, folder: Path, progress: Progress) -> None:
        """Download the configuration, the tokenizer and the safetensors of a repository.

        Raises:
            NoNetworkError: the hub did not answer, or ``HF_HUB_OFFLINE`` is set.
            FetchError: there is no such repository, or it has no weights that are safe to load.
        """
        if os.environ.get("HF_HUB_OFFLINE", "").upper() in TRUE_VALUES:
            raise NoNetworkError(
                f"{source}: HF_HUB_OFFLINE is set.",
                remedy="Unset it, or fetch the card on another machine.",
            )
        endpoint = os.environ.get("HF_ENDPOINT", DEFAULT_ENDPOINT).rstrip("/")
        revision = source.revision or "main"
        token = os.environ.get("HF_TOKEN")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        listing = get_json(f"{endpoint}/api/models/{source.repo}/revision/{revision}", headers)
        # The commit, not the branch: all files must be of one state of the repository.
        commit = listing.get("sha") or revision
        names = [_name(entry) for entry in listing.get("siblings", [])]
        for name in select_files(names, str(source)):
            url = f"{endpoint}/{source.repo}/resolve/{commit}/{name}"
            download(url, folder / name, progress, headers)


FETCHER = HubFetcher()


def _name(entry: Any) -> str:
    if not isinstance(entry, dict) or "rfilename" not in entry:
        raise FetchError(
            "The hub's answer is not in the form of its file API.", remedy="Check HF_ENDPOINT."
        )
    return str(entry["rfilename"])
