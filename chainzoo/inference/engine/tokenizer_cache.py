"""One tokenizer for all models whose tokenizer files are the same, byte for byte."""

from __future__ import annotations

import threading
import weakref
from pathlib import Path
from typing import Any

from chainzoo.hashing import file_sha256

TOKENIZER_FILES = (".json", ".txt", ".model", ".jinja")


class TokenizerCache:
    """Tokenizers that some model still uses, by the content of their files."""

    def __init__(self) -> None:
        self._tokenizers: weakref.WeakValueDictionary[tuple[Any, ...], Any] = (
            weakref.WeakValueDictionary()
        )
        self._locks: weakref.WeakKeyDictionary[Any, threading.Lock] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()

    def open(self, folder: Path, task: Any) -> tuple[Any, threading.Lock]:
        """The tokenizer in ``folder`` as ``task`` loads it, and the lock to hold while it is used."""
        key = (type(task).load_processor.__qualname__, *_content(folder))
        with self._lock:
            tokenizer = self._tokenizers.get(key)
            if tokenizer is None:
                tokenizer = task.load_processor(folder)
                self._tokenizers[key] = tokenizer
                self._locks[tokenizer] = threading.Lock()
            return tokenizer, self._locks[tokenizer]


def _content(folder: Path) -> tuple[tuple[str, str], ...]:
    """Names and hashes of the files that decide how a text is tokenized."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return tuple((path.name, file_sha256(path)) for path in files if path.suffix in TOKENIZER_FILES)
