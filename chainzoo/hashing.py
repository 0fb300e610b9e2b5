"""SHA-256 of files, texts and folders: the one place where content is hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def text_sha256(text: str) -> str:
    """SHA-256 of a text in UTF-8; characters that UTF-8 cannot hold become ``?``."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def bytes_sha256(content: bytes) -> str:
    """SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def texts_sha256(texts: Iterable[str]) -> str:
    """SHA-256 of a stream of texts, in constant memory; where one text ends matters."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode("utf-8", "replace"))
        digest.update(b"\0")
    return digest.hexdigest()


def folder_sha256(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a folder, by its path relative to the folder, sorted."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): file_sha256(path) for path in files}
