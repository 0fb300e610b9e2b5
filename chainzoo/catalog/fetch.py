"""Weights of a card, from the first of its sources that has them, verified, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from chainzoo.catalog.card import ModelCard, Source
from chainzoo.errors import DiskFullError, FetchError, HashMismatchError
from chainzoo.home import Home

STAMP = "chainzoo-source.json"
WEIGHTS = ("model.safetensors",)

Convert = Callable[[Path], None]
"""Called with a folder whose weights are to become safetensors."""

Progress = Callable[[str, int, int | None], None]
"""Told a file's name, the bytes that are there, and the bytes in all where that is known."""


def quiet(file: str, done: int, total: int | None) -> None:
    """A progress listener for those who do not listen."""


def fetch(
    card: ModelCard,
    home: Home,
    progress: Progress = quiet,
    convert: Convert | None = None,
) -> Path:
    """The folder with the card's weights, configuration and tokenizer; fetched when it is not there.

    Two processes that ask at once fetch once. The next call continues a download that was cut off;
    nothing half-done is ever seen in the folder. ``convert`` turns a source without safetensors (a
    GGUF file) into safetensors; use ``modeling.references.fetch_weights``, which has one.

    Raises:
        FetchError: no source had it; each source's reason is given.
    """
    from filelock import FileLock

    folder = home.weights / card.id
    if _stamp(folder) is not None:
        return folder
    home.weights.mkdir(parents=True, exist_ok=True)
    with FileLock(home.weights / f".{card.id}.lock"):
        if _stamp(folder) is not None:
            return folder
        reasons = []
        for source in card.sources:
            try:
                return _from_source(card, source, folder, progress, convert)
            except FetchError as error:
                reasons.append((source, error))
    if len(reasons) == 1:
        raise reasons[0][1]
    told = " ".join(f"[{source}] {error}" for source, error in reasons)
    raise FetchError(f"{card.id} could not be had from any source. {told}")


def _from_source(
    card: ModelCard, source: Source, folder: Path, progress: Progress, convert: Convert | None
) -> Path:
    """Gather beside, verify, convert where needed, then rename into place."""
    parts = folder.with_name(f".{card.id}.{source.kind}.part")
    parts.mkdir(parents=True, exist_ok=True)
    try:
        module = import_module(f"chainzoo.catalog.sources.{source.kind}")
        module.fetch(source, parts, progress)
        _verify(source, parts)
        if not (parts / WEIGHTS[0]).exists() and not (parts / f"{WEIGHTS[0]}.index.json").exists():
            if convert is None:
                raise FetchError(f"{source} holds no {WEIGHTS[0]}.")
            convert(parts)
        write_stamp(card.id, str(source), parts)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(parts, folder)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            shutil.rmtree(parts, ignore_errors=True)
            raise DiskFullError(
                f"No room on the disk for {card.id} in {folder.parent}.",
                remedy="Free some space, or move CHAINZOO_HOME.",
            ) from None
        if isinstance(error, FetchError):
            raise
        raise FetchError(f"{card.id} from {source}: {error}.", remedy="Try again.") from None
    return folder


def _verify(source: Source, parts: Path) -> None:
    for name, pinned in source.sha256.items():
        path = parts / name
        if not path.is_file():
            raise FetchError(f"{source} holds no {name}.", remedy="Report the card as outdated.")
        found = file_sha256(path)
        if found != pinned:
            shutil.rmtree(parts, ignore_errors=True)
            raise HashMismatchError(
                f"{name} from {source} has SHA-256 {found[:12]}…, expected {pinned[:12]}…;"
                " it has been thrown away.",
                remedy="Try again; if it stays so, the source has changed or is not to be trusted.",
            )


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_stamp(card_id: str, source: str, folder: Path) -> None:
    """Record where the files came from, how long each is, and what each hashes to."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != STAMP)
    values = {
        "card": card_id,
        "source": source,
        "files": {
            str(path.relative_to(folder)): {
                "bytes": path.stat().st_size,
                "sha256": file_sha256(path),
            }
            for path in files
        },
    }
    (folder / STAMP).write_text(json.dumps(values, indent=2), encoding="utf-8")


def _stamp(folder: Path) -> dict[str, dict[str, object]] | None:
    """The files of a whole folder; ``None`` when one is missing or has another length."""
    try:
        values = json.loads((folder / STAMP).read_text(encoding="utf-8"))
        files: dict[str, dict[str, object]] = values["files"]
        whole = all((folder / n).stat().st_size == facts["bytes"] for n, facts in files.items())
    except (OSError, KeyError, json.JSONDecodeError):
        return None
    return files if whole else None


def weights_sha256(folder: Path) -> str:
    """One hash for the weights in a fetched folder: the file's, or of the shards' hashes in order.

    Raises:
        FetchError: the folder was not fetched, or has been damaged since.
    """
    files = _stamp(folder)
    hashes = [
        str(f["sha256"])
        for name, f in sorted((files or {}).items())
        if name.endswith(".safetensors")
    ]
    if not hashes:
        raise FetchError(f"{folder} is damaged.", remedy=f"Run `chainzoo fetch {folder.name}`.")
    if len(hashes) == 1:
        return hashes[0]
    return hashlib.sha256("".join(hashes).encode()).hexdigest()
