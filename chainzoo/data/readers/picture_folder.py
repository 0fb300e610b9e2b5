"""A folder of pictures: a folder a class, or one such folder for each of ``train``, ``val``, ….

A file of rows (``metadata.csv`` or ``metadata.jsonl`` with ``file_name`` and a label) is read too.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from chainzoo.data.examples import InferredOption
from chainzoo.data.records import Record, Records
from chainzoo.data.split_names import is_split_name
from chainzoo.errors import DataError

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")
METADATA = ("metadata.csv", "metadata.jsonl")


def is_picture_folder(folder: Path) -> bool:
    """Whether there are pictures in it, at most two folders deep."""
    return any(True for _ in _pictures(folder))


def read(folder: Path) -> Records:
    """Records with ``image`` (a path) and ``label``, in the order of their names.

    Raises:
        DataError: a picture that the rows name is not there.
    """
    told = next((folder / name for name in METADATA if (folder / name).is_file()), None)
    rows = _told(told) if told else _by_folder(folder)
    because = told.name if told else "the folders' names are the classes"
    return Records(rows, ("image", "label"), (InferredOption("layout", "pictures", because, ""),))


def _pictures(folder: Path) -> Iterator[Path]:
    for pattern in ("*", "*/*", "*/*/*"):
        for path in sorted(folder.glob(pattern)):
            if path.suffix.lower() in SUFFIXES and path.is_file():
                yield path


def _by_folder(folder: Path) -> Iterator[Record]:
    for number, path in enumerate(_pictures(folder), 1):
        parts = path.relative_to(folder).parts[:-1]
        split = parts[0] if len(parts) > 1 and is_split_name(parts[0]) else None
        values = {"image": str(path), "label": parts[-1] if parts else None}
        yield Record(number, values, split)


def _told(rows: Path) -> Iterator[Record]:
    with rows.open(encoding="utf-8-sig", newline="") as file:
        parsed = csv.DictReader(file) if rows.suffix == ".csv" else map(json.loads, file)
        for number, values in enumerate(parsed, 1):
            name = values.pop("file_name", None) or values.pop("image", None)
            path = rows.parent / str(name)
            if name is None or not path.is_file():
                raise DataError(
                    f"there is no picture {name!r}.",
                    file=rows,
                    line=number + (rows.suffix == ".csv"),
                    remedy="Name each picture in a column file_name, as seen from this file.",
                )
            label = next((v for k, v in values.items() if k in ("label", "class", "labels")), None)
            yield Record(number, {"image": str(path), "label": label})
