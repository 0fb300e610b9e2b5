"""One file a format. A reader has ``claims(head)`` and ``read(path, options)``.

``claims`` says why a file is in the reader's format, or ``None``; the first that claims a file in
the order of ``ORDER`` reads it. A new format is one new module and its place in that order.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from chainzoo.data.encoding import Encoding, detect, lines
from chainzoo.data.examples import InferredOption
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Records
from chainzoo.errors import DataError

ORDER = (
    "parquet",
    "excel",
    "json_document",
    "jsonl",
    "relation_lines",
    "turn_lines",
    "conll",
    "delimited",
    "plain_lines",
)
PICTURES_AND_ARCHIVES = (
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\xd0\xcf\x11\xe0", "an old Office document (.xls, .doc)"),
    (b"GGUF", "model weights"),
    (b"\x80\x04\x95", "a pickle"),
)


@dataclass(frozen=True, slots=True)
class FileHead:
    """What the beginning of a file shows: its first bytes and, for text, its first lines."""

    path: Path
    start: bytes
    encoding: Encoding | None
    lines: tuple[str, ...]

    @property
    def suffix(self) -> str:
        """The ending of the name in lower case, with its dot."""
        return self.path.suffix.lower()


class Reader(Protocol):
    """The shape of each module of this folder."""

    def claims(self, head: FileHead, options: ReadOptions) -> str | None:
        """Why the file is in this format, or ``None``."""
        ...

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """The records of the file, one by one."""
        ...


def open_head(path: Path, options: ReadOptions) -> FileHead:
    """The head of a file. Raises ``DataError`` when there is no such file or nothing in it."""
    start = _first_bytes(path)
    if start.startswith(b"PAR1") or path.suffix.lower() in (".parquet", ".xlsx", ".xlsm"):
        return FileHead(path, start, None, ())
    for mark, title in PICTURES_AND_ARCHIVES:
        if start.startswith(mark):
            raise DataError(
                f"expected a table of texts, found {title}.",
                file=path,
                remedy="Save or unpack it as CSV, JSON Lines, Parquet or .xlsx first.",
            )
    told = options.encoding
    encoding = Encoding(told, "it was told") if told else detect(path)
    first: list[str] = []
    size = 0
    for line in lines(path, encoding.name):
        first.append(line)
        size += len(line)
        if len(first) == 400 or size > 400_000:
            break
    if not any(line.strip() for line in first):
        raise DataError(
            "expected rows of text, found only blank lines.",
            file=path,
            remedy="Check that it is the file you mean.",
        )
    return FileHead(path, start, encoding, tuple(first))


def _first_bytes(path: Path) -> bytes:
    if path.is_dir():
        names = sorted(item.name for item in path.iterdir() if item.is_file())[:5]
        raise DataError(
            f"expected a file, found a folder{' with ' + ', '.join(names) if names else ''}.",
            file=path,
            remedy="Name one file in it.",
        )
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except FileNotFoundError:
        raise DataError("there is no such file.", file=path, remedy="Check the path.") from None
    except (OSError, ValueError) as error:
        raise DataError(
            f"it cannot be opened: {getattr(error, 'strerror', None) or error}.",
            file=path,
            remedy="Check the path and that you may read it.",
        ) from None
    if not start:
        raise DataError(
            "the file is empty (0 bytes).",
            file=path,
            remedy="Check that the download or export of it was finished.",
        )
    return start


def read_file(path: Path, options: ReadOptions) -> Records:
    """The records of a file in whichever format, with the guesses that were made on the way."""
    if path.is_dir():
        from chainzoo.data.readers import picture_folder

        if picture_folder.is_picture_folder(path):
            return picture_folder.read(path)
    head = open_head(path, options)
    for name in ORDER:
        reader = cast(Reader, importlib.import_module(f"{__name__}.{name}"))
        because = reader.claims(head, options)
        if because is None:
            continue
        records = reader.read(head, options)
        guesses = [InferredOption("format", name.replace("_", " "), because, "")]
        if head.encoding is not None and not options.encoding:
            guesses.append(
                InferredOption("encoding", head.encoding.name, head.encoding.because, "encoding")
            )
        return Records(records.rows, records.columns, (*guesses, *records.guesses))
    raise DataError(
        "its format was not recognised.",
        file=path,
        remedy="Give a CSV, TSV, JSON, JSON Lines, Parquet, Excel or CoNLL file.",
    )


def encoding_of(head: FileHead) -> str:
    """The codec of a text file's head."""
    return head.encoding.name if head.encoding else "utf-8"
