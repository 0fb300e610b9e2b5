"""Atomic writes: a reader sees the old file or folder, or the whole new one, never a part.

The new content is written to a temporary path in the same folder, flushed to the disk, and renamed
over the target. When the ``with`` block raises, the temporary path is removed and the target stays
as it was.

>>> from chainzoo import atomic
>>> with atomic.file(path) as tmp_path:
...     tmp_path.write_text("all of it", encoding="utf-8")
"""

from __future__ import annotations

import os
import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def file(path: Path) -> Iterator[Path]:
    """Replace the file at ``path`` with what the block writes to the path that it is given.

    The temporary path keeps the suffix of ``path``, because some writers choose a format by it.

    Raises:
        OSError: the file could not be written; ``path`` is unchanged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    tmp_path = temporary_path(path)
    try:
        yield tmp_path
        move(tmp_path, path)
    finally:
        tmp_path.unlink(missing_ok=True)


@contextmanager
def folder(path: Path, *, token: str | None = None, replace: bool = True) -> Iterator[Path]:
    """Replace the folder at ``path`` with the new folder that the block fills.

    An existing folder is moved aside before the rename and removed after it. A rename of folders
    cannot replace one that has files, so there is an instant at which ``path`` does not exist.

    With a ``token`` the temporary folder is :func:`temporary_path` of it, where the caller finds it
    after a crash. Without ``replace`` an existing folder stays.

    Raises:
        FileExistsError: ``path`` exists, and ``replace`` is false.
        OSError: the folder could not be written; ``path`` is unchanged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    tmp_path = temporary_path(path, token)
    tmp_path.mkdir()
    try:
        yield tmp_path
        if path.exists() and not replace:
            raise FileExistsError(f"{path} exists already.")
        move(tmp_path, path)
    finally:
        shutil.rmtree(tmp_path, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` as UTF-8, atomically."""
    with file(path) as tmp_path:
        tmp_path.write_text(text, encoding="utf-8")


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, atomically."""
    with file(path) as tmp_path:
        tmp_path.write_bytes(content)


def move(source: Path, target: Path) -> None:
    """Move a finished file or folder to ``target`` on the same file system, replacing what is there.

    Raises:
        OSError: it could not be moved; ``source`` stays.
    """
    if source.is_dir():
        for path in source.rglob("*"):
            if path.is_file():
                _flush(path)
        _swap(source, target)
    else:
        _flush(source)
        os.replace(source, target)
    _flush(target.parent)


def temporary_path(path: Path, token: str | None = None) -> Path:
    """Return a path beside ``path`` for content that is being written, distinct by ``token``."""
    return path.with_name(f".{path.stem}-{token or uuid.uuid4().hex[:8]}{path.suffix}")


def _swap(tmp_path: Path, path: Path) -> None:
    old_path = temporary_path(path)
    if path.exists():
        os.replace(path, old_path)
    try:
        os.replace(tmp_path, path)
    except OSError:
        if old_path.exists():
            os.replace(old_path, path)
        raise
    shutil.rmtree(old_path, ignore_errors=True)


def _flush(path: Path) -> None:
    """Ask the system to put a file, or the entries of a folder, on the disk."""
    if path.is_dir() and sys.platform == "win32":
        return  # Windows cannot open a folder.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
