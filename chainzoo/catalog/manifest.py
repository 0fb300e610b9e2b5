"""The manifest of fetched weights: where the files came from, their sizes and their hashes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chainzoo import atomic
from chainzoo.errors import FetchError
from chainzoo.hashing import file_sha256, text_sha256

FILE_NAME = "chainzoo-source.json"


def write_manifest(folder: Path, card_id: str, source: str) -> None:
    """Write the manifest of the files in a folder."""
    files = {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": file_sha256(path),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != FILE_NAME
    }
    values = {"card": card_id, "source": source, "files": files}
    atomic.write_text(folder / FILE_NAME, json.dumps(values, indent=2))


def is_complete(folder: Path) -> bool:
    """Return whether a folder has a manifest and all files of it, in their full length."""
    return _read_files(folder) is not None


def weights_sha256(folder: Path) -> str:
    """Return one hash for the weights in a fetched folder: of several files, that of their hashes.

    Raises:
        FetchError: the folder was not fetched, or has been damaged since.
    """
    files = _read_files(folder) or {}
    hashes = [str(files[name]["sha256"]) for name in sorted(files) if name.endswith(".safetensors")]
    if not hashes:
        raise FetchError(f"{folder} is damaged.", remedy=f"Run `chainzoo fetch {folder.name}`.")
    return hashes[0] if len(hashes) == 1 else text_sha256("".join(hashes))


def _read_files(folder: Path) -> dict[str, dict[str, Any]] | None:
    """Read the files of the manifest; ``None`` if one is missing or has another length."""
    try:
        values = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        files: dict[str, dict[str, Any]] = values["files"]
        complete = all(
            (folder / name).stat().st_size == facts["bytes"] for name, facts in files.items()
        )
    except (OSError, KeyError, json.JSONDecodeError):
        return None
    return files if complete else None
