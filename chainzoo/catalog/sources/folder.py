"""A folder on this machine, in the layout of transformers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from chainzoo.catalog.card import Source
from chainzoo.errors import FetchError

WANTED = (".json", ".txt", ".model", ".safetensors", ".gguf", ".jinja")


def fetch(source: Source, into: Path, progress: Callable[[str, int, int | None], None]) -> None:
    """Copy what is needed to load the model; pickles stay behind.

    Raises:
        FetchError: the folder is not there.
    """
    folder = Path(source.folder or "")
    if not folder.is_dir():
        raise FetchError(f"There is no folder {folder}.", remedy="Mend the path in the card.")
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix in WANTED:
            shutil.copyfile(path, into / path.name)
            progress(path.name, path.stat().st_size, path.stat().st_size)
