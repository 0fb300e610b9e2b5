"""ModelScope, or a mirror of it (``MODELSCOPE_ENDPOINT``)."""

from __future__ import annotations

import os
from pathlib import Path

from chainzoo.catalog.http import download, get_json, select_files
from chainzoo.catalog.sources.source import Fetcher, Progress, Source

DEFAULT_ENDPOINT = "https://www.modelscope.cn"


class ModelScopeFetcher(Fetcher):
    """Downloads a repository of ModelScope."""

    kind = "modelscope"
    required = ("repo",)

    def fetch(self, source: Source, folder: Path, progress: Progress) -> None:
        """Download the configuration, the tokenizer and the safetensors of a repository.

        Raises:
            NoNetworkError: ModelScope did not answer.
            FetchError: there is no such repository, or it has no weights that are safe to load.
        """
        endpoint = os.environ.get("MODELSCOPE_ENDPOINT", DEFAULT_ENDPOINT).rstrip("/")
        url = f"{endpoint}/api/v1/models/{source.repo}/repo"
        revision = source.revision or "master"
        listing = get_json(f"{url}/files?Revision={revision}&Recursive=true", {})
        entries = (listing.get("Data") or {}).get("Files") or []
        names = [str(entry["Path"]) for entry in entries if entry.get("Type") == "blob"]
        for name in select_files(names, str(source)):
            file_url = f"{url}?Revision={revision}&FilePath={name}"
            download(file_url, folder / name, progress, {})


FETCHER = ModelScopeFetcher()
