"""Fetch the weights of a card from the first of its sources that has them, verified."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from chainzoo import atomic
from chainzoo.catalog.card import ModelCard
from chainzoo.catalog.manifest import is_complete, write_manifest
from chainzoo.catalog.sources.source import FETCHERS, Progress, Source
from chainzoo.errors import DiskFullError, FetchError, HashMismatchError
from chainzoo.hashing import file_sha256
from chainzoo.home import Home

WEIGHTS = ("model.safetensors", "model.safetensors.index.json")

Convert = Callable[[Path], None]
"""Called with a folder whose weights are to become safetensors."""


def ignore_progress(file: str, size: int, total: int | None) -> None:
    """Do nothing: the default of ``progress``."""


def fetch(
    card: ModelCard,
    home: Home,
    progress: Progress = ignore_progress,
    convert: Convert | None = None,
) -> Path:
    """Return the folder with a card's weights, configuration and tokenizer; fetch it if needed.

    Two processes that fetch the same card at once download it once. A download that was cut is
    continued by the next call; the folder is complete or does not exist.

    Args:
        card: the card.
        home: where the weights are stored.
        progress: called as files grow.
        convert: turns a source without safetensors (a GGUF file) into safetensors; use
            ``modeling.references.fetch_weights``, which has one.

    Raises:
        FetchError: no source has the weights; the reason of each source is given.
    """
    folder = home.weights / card.id
    if is_complete(folder):
        return folder
    home.weights.mkdir(parents=True, exist_ok=True)
    with FileLock(home.weights / f".{card.id}.lock"):
        if is_complete(folder):
            return folder
        failures: list[tuple[Source, FetchError]] = []
        for source in card.sources:
            try:
                return _fetch_from(source, card.id, folder, progress, convert)
            except FetchError as error:
                failures.append((source, error))
    if len(failures) == 1:
        raise failures[0][1]
    reasons = " ".join(f"[{source}] {error}" for source, error in failures)
    raise FetchError(f"{card.id} could not be fetched from any source. {reasons}")


def _fetch_from(
    source: Source, card_id: str, folder: Path, progress: Progress, convert: Convert | None
) -> Path:
    """Fetch into a folder for partial downloads, verify, convert if needed, move into place."""
    partial = folder.with_name(f".{card_id}.{source.kind}.part")
    partial.mkdir(parents=True, exist_ok=True)
    fetcher = FETCHERS.get(source.kind)
    if fetcher is None:
        raise FetchError(f"There is no kind of source {source.kind!r}.")
    try:
        fetcher.fetch(source, partial, progress)
        _verify(source, partial)
        if not any((partial / name).exists() for name in WEIGHTS):
            if convert is None:
                raise FetchError(f"{source} holds no {WEIGHTS[0]}.")
            convert(partial)
        write_manifest(partial, card_id, str(source))
        atomic.move(partial, folder)
    except FetchError:
        raise
    except OSError as error:
        if error.errno == errno.ENOSPC:
            shutil.rmtree(partial, ignore_errors=True)
            raise DiskFullError(
                f"No room on the disk for {card_id} in {folder.parent}.",
                remedy="Free some space, or move CHAINZOO_HOME.",
            ) from None
        raise FetchError(f"{card_id} from {source}: {error}.", remedy="Try again.") from None
    return folder


def _verify(source: Source, folder: Path) -> None:
    """Compare files with their pinned hashes; remove the folder if one differs."""
    for name, pinned in source.sha256.items():
        path = folder / name
        if not path.is_file():
            raise FetchError(f"{source} holds no {name}.", remedy="Report the card as outdated.")
        actual = file_sha256(path)
        if actual != pinned:
            shutil.rmtree(folder, ignore_errors=True)
            raise HashMismatchError(
                f"{name} from {source} has SHA-256 {actual[:12]}…, expected {pinned[:12]}…;"
                " it has been deleted.",
                remedy="Try again; if the hash differs again, the source has changed or cannot be"
                " trusted.",
            )
