"""The interface of a reader, and the head of a file that readers recognise their format by."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from chainzoo.data.encoding import Encoding
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Records


@dataclass(frozen=True, slots=True)
class FileHead:
    """The beginning of a file: its first bytes and, for text, its encoding and first lines.

    The head of a folder is empty.
    """

    path: Path
    start: bytes = b""
    encoding: Encoding | None = None
    lines: tuple[str, ...] = ()

    @property
    def suffix(self) -> str:
        """The suffix of the name in lower case, with its dot."""
        return self.path.suffix.lower()

    @property
    def filled_lines(self) -> list[str]:
        """The first lines without surrounding space, without blank ones."""
        return [line.strip() for line in self.lines if line.strip()]

    @property
    def codec(self) -> str:
        """The name of the encoding, UTF-8 for a file that is not text."""
        return self.encoding.name if self.encoding else "utf-8"


class Reader(ABC):
    """Reads files of one format into records.

    ``name`` is the format's name. Readers are asked in order of ``priority``, the smallest first;
    the first one that recognises a file reads it. ``reads_folders`` says whether a reader is
    asked about folders, rather than about files.
    """

    name: ClassVar[str]
    priority: ClassVar[int] = 50
    reads_folders: ClassVar[bool] = False

    @abstractmethod
    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        """Return why the file is in this format, as a clause, or ``None`` if it is not."""

    @abstractmethod
    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """Open the file and return its records, which are streamed.

        Raises:
            DataError: the file is damaged or does not fit the options.
        """
