"""Load documents from a file or a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from langchain_core.documents import Document

from chainzoo import DataError, read_documents


def load_documents(path: Path) -> Iterator[Document]:
    """Yield the documents of a file, or of all files below a folder, sorted by path.

    Hidden files are skipped.

    Raises:
        DataError: the path does not exist, the folder is empty, or a file cannot be read.
    """
    if not path.exists():
        raise DataError("no such file or folder.", file=path, remedy="Check the path.")
    files = [path]
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        if not files:
            raise DataError("the folder is empty.", file=path, remedy="Put documents into it.")
    for file in files:
        yield from read_documents(file)
