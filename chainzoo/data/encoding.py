"""The encoding of a text file, and its lines."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chainzoo.errors import DataError

SAMPLE_BYTES = 1 << 18
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
# The most frequent characters of Chinese prose, and its punctuation.
FREQUENT = frozenset(
    "，。、的一是了不在有人这我他们个来大上到说为和地要你就出会可也时对生能而子那得"
)
BROKEN_REMEDY = "Save it again as UTF-8, or name its encoding with --encoding."


@dataclass(frozen=True, slots=True)
class Encoding:
    """The name of a codec, and why it was chosen."""

    name: str
    reason: str


def detect_encoding(path: Path) -> Encoding:
    """Detect the encoding of a text file, in constant memory.

    Tried in this order: byte order mark, UTF-16 by its zero bytes, UTF-8, GB18030, what
    charset-normalizer recognises, Latin-1.

    Raises:
        DataError: the file is not text, or is UTF-8 with damaged characters.
    """
    with path.open("rb") as file:
        start = file.read(SAMPLE_BYTES)
    for mark, name, title in BOMS:
        if start.startswith(mark):
            return Encoding(name, f"the file begins with the byte order mark of {title}")
    if b"\0" in start:
        return _utf_16(start, path)
    bad, sample = _first_not_utf8(path)
    if bad is None:
        return Encoding("utf-8", "every byte of it is valid UTF-8")
    return _legacy(sample, path, bad)


def _utf_16(start: bytes, path: Path) -> Encoding:
    """Detect UTF-16 without a mark: in most languages every second byte is often zero."""
    half = len(start) // 2
    for name, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[0::2])):
        others = start.count(b"\0") - zeros.count(b"\0")
        if zeros.count(b"\0") > 0.3 * half and others < 0.01 * half + 1:
            return Encoding(name, "every second byte is zero, as in UTF-16")
    at = start.index(b"\0")
    raise DataError(
        f"expected text, found a zero byte at byte {at}: this looks like a binary file.",
        file=path,
        line=start.count(b"\n", 0, at) + 1,
        remedy="Give a CSV, TSV, JSON, JSON Lines, Parquet, Excel or CoNLL file.",
    )


def _first_not_utf8(path: Path) -> tuple[int | None, bytes]:
    """Return the position of the first byte that is not UTF-8, and the bytes around it."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    done = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(SAMPLE_BYTES)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                bad = max(done - len(error.object) + len(chunk) + error.start, 0)
                file.seek(max(bad - SAMPLE_BYTES // 2, 0))
                return bad, file.read(SAMPLE_BYTES)
            if b"\0" in chunk:
                _utf_16(b"x" * 2 + chunk, path)
            if not chunk:
                return None, b""
            done += len(chunk)


def _legacy(sample: bytes, path: Path, bad: int) -> Encoding:
    """Detect an encoding from before Unicode; raise if it is UTF-8 after all, but damaged."""
    sample = sample[sample.find(b"\n") + 1 if bad > SAMPLE_BYTES // 2 else 0 :]
    complete = len(re.findall(rb"[\xc3-\xf4][\x80-\xbf]+", sample))
    damaged = sample.decode("utf-8", "replace").count("�") - sample.count("�".encode())
    if complete >= 8 and damaged <= 0.1 * complete:
        raise DataError(
            f"expected UTF-8, found a damaged character at byte {bad}.",
            file=path,
            line=_line_of(path, bad),
            remedy=BROKEN_REMEDY,
        )
    if _is_chinese(sample):
        return Encoding("gb18030", "it is not UTF-8, and its bytes pair up to common Chinese")
    above_ascii = sum(byte >= 0x80 for byte in sample)
    if above_ascii > 0.25 * len(sample):
        from charset_normalizer import from_bytes

        best = from_bytes(sample).best()
        if best is not None and best.encoding not in ("ascii", "utf_8"):
            return Encoding(best.encoding, "it is not UTF-8; charset-normalizer recognised it")
    if re.search(rb"[\x80-\x9f]", sample) and not re.search(rb"[\x81\x8d\x8f\x90\x9d]", sample):
        return Encoding("cp1252", "it is not UTF-8; Latin-1 with Windows' own quotes and dashes")
    return Encoding("latin-1", "it is not UTF-8, and has single letters above ASCII")


def _is_chinese(sample: bytes) -> bool:
    """Return whether the bytes above ASCII are pairs of the everyday part of GB18030.

    European text in Latin-1 has such bytes singly, between ASCII letters; read as GB18030 they
    become rare characters or errors.
    """
    text = codecs.getincrementaldecoder("gb18030")("replace").decode(sample)
    non_ascii = [char for char in text if not char.isascii()]
    if not non_ascii or non_ascii.count("�") > 0.001 * len(non_ascii) + 1:
        return False
    common = 0
    for char in non_ascii:
        try:
            char.encode("gb2312")
        except UnicodeEncodeError:
            continue
        common += 1
    if common < 0.9 * len(non_ascii):
        return False
    frequent = sum(char in FREQUENT for char in non_ascii)
    return len(non_ascii) < 40 or frequent >= 0.04 * len(non_ascii)


def _line_of(path: Path, at: int) -> int:
    count = 1
    with path.open("rb") as file:
        while at > 0 and (chunk := file.read(min(SAMPLE_BYTES, at))):
            count += chunk.count(b"\n")
            at -= len(chunk)
    return count


def read_lines(path: Path, encoding: str) -> Iterator[str]:
    r"""Yield the lines of a text file, each with ``\n`` at its end, whatever line ends it has.

    Raises:
        DataError: a byte does not fit the encoding, or there is no such encoding.
    """
    number = 0
    try:
        with path.open(encoding=encoding, newline=None) as file:
            for line in file:
                number += 1
                if "\0" in line:
                    raise DataError(
                        "expected text, found a zero byte.",
                        file=path,
                        line=number,
                        remedy="Remove the zero bytes, or save the file again as UTF-8 text.",
                    )
                yield line
    except LookupError:
        raise DataError(
            f"there is no encoding {encoding!r}.",
            file=path,
            remedy="Name one such as utf-8, utf-16, gb18030 or latin-1 with --encoding.",
        ) from None
    except UnicodeError as error:
        reason = getattr(error, "reason", str(error))
        raise DataError(
            f"the bytes are not {encoding}: {reason}.",
            file=path,
            line=number + 1,
            remedy=BROKEN_REMEDY,
        ) from None
