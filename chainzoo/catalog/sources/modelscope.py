"""ModelScope, or a mirror of it (``MODELSCOPE_ENDPOINT``)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from chainzoo.catalog.card import Source
from chainzoo.catalog.sources.http import download, get_json, wanted

DEFAULT_ENDPOINT = "https://www.modelscope.cn"


def fetch(source: Source, into: Path, progress: Callable[[str, int, int | None], None]) -> None:
    """Download configuration, tokenizer and safetensors of a repository.

    Raises:
        NoNetworkError: nobody answered.
        FetchError: the repository is not there, or holds no weights that are safe to load.
    """
    endpoint = os.environ.get("MODELSCOPE_ENDPOINT", DEFAULT_ENDPOINT).rstrip("/")
    base, revision = f"{endpoint}/api/v1/models/{source.repo}/repo", source.revision or "master"
    listing = get_json(f"{base}/files?Revision={revision}&Recursive=true", {})
    entries = (listing.get("Data") or {}).get("Files") or []
    names = [str(entry["Path"]) for entry in entries if entry.get("Type") == "blob"]
    for name in wanted(names, str(source)):
        download(f"{base}?Revision={revision}&FilePath={name}", into / name, progress, {})
