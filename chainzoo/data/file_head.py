"""Opening the head of a file, with an error for files that hold no rows."""

from __future__ import annotations

from pathlib import Path

from chainzoo.data.encoding import Encoding, detect_encoding, read_lines
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers.reader import FileHead
from chainzoo.errors import DataError

MAX_LINES = 400
MAX_CHARACTERS = 400_000
BINARY_SUFFIXES = (".parquet", ".xlsx", ".xlsm")
# First bytes of formats that hold no table.
OTHER_FORMATS = (
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\xd0\xcf\x11\xe0", "an old Office document (.xls, .doc)"),
    (b"GGUF", "model weights"),
    (b"\x80\x04\x95", "a pickle"),
)


def open_head(path: Path, options: ReadOptions) -> FileHead:
    """Read the head of a file.

    Raises:
        DataError: the file does not exist, is empty, or is of a format without rows.
    """
    start = _first_bytes(path)
    if start.startswith(b"PAR1") or path.suffix.lower() in BINARY_SUFFIXES:
        return FileHead(path, start)
    if path.suffix.lower() == ".spacy":
        raise DataError(
            "it is a DocBin of spaCy, which only spaCy can open.",
            file=path,
            remedy="Where spaCy is installed, write json.dumps(doc.to_json()) of each"
            " doc in DocBin().from_disk(path).get_docs(nlp.vocab) as a line of a .jsonl file.",
        )
    for mark, title in OTHER_FORMATS:
        if start.startswith(mark):
            raise DataError(
                f"expected a table of texts, found {title}.",
                file=path,
                remedy="Save or unpack it as CSV, JSON Lines, Parquet or .xlsx first.",
            )
    if options.encoding:
        encoding = Encoding(options.encoding, "the option names it")
    else:
        encoding = detect_encoding(path)
    return FileHead(path, start, encoding, _first_lines(path, encoding))


def _first_lines(path: Path, encoding: Encoding) -> tuple[str, ...]:
    first: list[str] = []
    size = 0
    for line in read_lines(path, encoding.name):
        first.append(line)
        size += len(line)
        if len(first) == MAX_LINES or size > MAX_CHARACTERS:
            break
    if not any(line.strip() for line in first):
        raise DataError(
            "expected rows of text, found only blank lines.",
            file=path,
            remedy="Check that it is the file you mean.",
        )
    return tuple(first)


def _first_bytes(path: Path) -> bytes:
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
