"""A folder of images: one subfolder a class, also within ``train``, ``val``, ….

A file of rows (``metadata.csv`` or ``metadata.jsonl`` with ``file_name`` and a label) is read too.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from chainzoo.data.images import IMAGE_SUFFIXES
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.readers.reader import FileHead, Reader
from chainzoo.data.records import Record, Records
from chainzoo.data.split_names import is_split_name
from chainzoo.errors import DataError

METADATA = ("metadata.csv", "metadata.jsonl")
LABEL_FIELDS = ("label", "class", "labels")


class ImageFolderReader(Reader):
    """Folders with images in them, at most two folders deep."""

    name = "image_folder"
    priority = 10
    reads_folders = True

    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        """A folder with an image in it."""
        return "there are images in it" if any(True for _ in _images(head.path)) else None

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """Return records with ``image`` (a path) and ``label``, in the order of their names.

        Raises:
            DataError: an image that the metadata names does not exist.
        """
        folder = head.path
        metadata = next((folder / name for name in METADATA if (folder / name).is_file()), None)
        rows = _from_metadata(metadata) if metadata else _from_subfolders(folder)
        reason = metadata.name if metadata else "the subfolders' names are the classes"
        return Records(rows, ("image", "label"), (InferredOption("layout", "images", reason),))


READER = ImageFolderReader()


def _images(folder: Path) -> Iterator[Path]:
    for pattern in ("*", "*/*", "*/*/*"):
        for path in sorted(folder.glob(pattern)):
            if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file():
                yield path


def _from_subfolders(folder: Path) -> Iterator[Record]:
    for number, path in enumerate(_images(folder), 1):
        parts = path.relative_to(folder).parts[:-1]
        split = parts[0] if len(parts) > 1 and is_split_name(parts[0]) else None
        values = {"image": str(path), "label": parts[-1] if parts else None}
        yield Record(number, values, split)


def _from_metadata(metadata: Path) -> Iterator[Record]:
    with metadata.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file) if metadata.suffix == ".csv" else map(json.loads, file)
        for number, values in enumerate(rows, 1):
            name = values.pop("file_name", None) or values.pop("image", None)
            path = metadata.parent / str(name)
            if name is None or not path.is_file():
                raise DataError(
                    f"there is no image {name!r}.",
                    file=metadata,
                    line=number + (metadata.suffix == ".csv"),
                    remedy="Name each image in a column file_name, relative to this file.",
                )
            label = next((v for k, v in values.items() if k in LABEL_FIELDS), None)
            yield Record(number, {"image": str(path), "label": label})
