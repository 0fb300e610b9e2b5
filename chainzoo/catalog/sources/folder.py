"""A folder on this machine, in the layout of transformers."""

from __future__ import annotations

import shutil
from pathlib import Path

from chainzoo.catalog.sources.source import Fetcher, Progress, Source
from chainzoo.errors import FetchError

SUFFIXES = (".json", ".txt", ".model", ".safetensors", ".gguf", ".jinja")


class FolderFetcher(Fetcher):
    """Copies from a folder."""

    kind = "folder"
    required = ("folder",)

    def fetch(self, source: Source, folder: Path, progress: Progress) -> None:
        """Copy the files that are needed to load the model; pickles are left behind.

        Raises:
            FetchError: the folder does not exist.
        """
        origin = Path(source.folder or "")
        if not origin.is_dir():
            raise FetchError(
                f"There is no folder {origin}.", remedy="Correct the path in the card."
            )
        for path in sorted(origin.iterdir()):
            if path.is_file() and path.suffix in SUFFIXES:
                shutil.copyfile(path, folder / path.name)
                size = path.stat().st_size
                progress(path.name, size, size)


FETCHER = FolderFetcher()
