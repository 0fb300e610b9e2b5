"""A folder of brat's documents: pairs of ``.ann`` and ``.txt``, also in subfolders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from chainzoo.data.brat_documents import read_brat_document
from chainzoo.data.losses import RowLosses
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers.brat import COLUMNS
from chainzoo.data.readers.reader import FileHead, Reader
from chainzoo.data.records import Record, Records
from chainzoo.data.split_names import is_split_name


class BratFolderReader(Reader):
    """Folders with annotations of brat, at most two folders deep."""

    name = "brat_folder"
    priority = 20
    reads_folders = True

    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        """A folder with a file ``.ann`` in it."""
        return "there are .ann files in it" if _documents(head.path) else None

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """Return the lines of all documents, in the order of their names.

        A subfolder that is named as a split, such as ``train``, sets the split of its documents.

        Raises:
            DataError: a text is missing, or an annotation is malformed.
        """
        losses = RowLosses()
        return Records(_records(head.path, _documents(head.path), losses), COLUMNS, losses=losses)


READER = BratFolderReader()


def _documents(folder: Path) -> list[Path]:
    paths = (path for pattern in ("*", "*/*") for path in folder.glob(f"{pattern}.ann"))
    return sorted(path for path in paths if path.is_file())


def _records(folder: Path, documents: Sequence[Path], losses: RowLosses) -> Iterator[Record]:
    for path in documents:
        parts = path.relative_to(folder).parts
        split = parts[0] if len(parts) > 1 and is_split_name(parts[0]) else None
        for record in read_brat_document(path, losses):
            yield Record(record.line, record.values, split)
