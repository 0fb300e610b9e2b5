"""Read posts from files that may grow, and from folders of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from chains.opinion_monitor.sources.base import SourceItem, parse_json_row
from chainzoo import DataError, hashing

TEXT_FORMATS = (".txt", ".log")
LINE_FORMATS = (".jsonl", ".ndjson", ".json", *TEXT_FORMATS)
TABLE_FORMATS = (".csv", ".tsv")
FORMATS = (*LINE_FORMATS, *TABLE_FORMATS)
FINGERPRINT_BYTES = 256  # The beginning of a file, by which a replaced file is recognized.

ParsedRow = tuple[Any, int, str]  # Row, offset after it in bytes, problem.


class FileSource:
    """A file of lines (JSON or texts), or a CSV or TSV table."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser().absolute()
        self.name = f"file:{self.path}"
        self.ended = False

    def read(
        self, positions: Mapping[str, str], max_items: int, *, final: bool
    ) -> list[SourceItem]:
        """Return the next whole lines; an unfinished last line only if ``final``.

        Raises:
            DataError: the file cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                return self._read(file, positions.get(self.name), max_items, final)
        except OSError as error:
            raise DataError(
                f"cannot be read: {error.strerror or error}.",
                file=self.path,
                remedy="Check the path and its permissions.",
            ) from None

    def _read(
        self, file: BinaryIO, position: str | None, max_items: int, final: bool
    ) -> list[SourceItem]:
        size = self.path.stat().st_size
        offset = _resume_offset(file, size, position)
        if offset >= size:
            return []
        fingerprint = _fingerprint(file)
        rows = self._table_rows if self.path.suffix.lower() in TABLE_FORMATS else self._line_rows
        return [
            SourceItem(self.name, row, json.dumps({"offset": end, **fingerprint}), problem)
            for row, end, problem in rows(file, offset, max_items, final)
        ]

    def _line_rows(
        self, file: BinaryIO, offset: int, max_items: int, final: bool
    ) -> Iterator[ParsedRow]:
        is_text = self.path.suffix.lower() in TEXT_FORMATS
        file.seek(offset)
        count = 0
        while count < max_items:
            line = file.readline()
            if not line or (not line.endswith(b"\n") and not final):
                return
            offset += len(line)
            text = line.decode("utf-8-sig", "replace").strip()
            if text:
                count += 1
                row, problem = (text, "") if is_text else parse_json_row(text)
                yield row, offset, problem

    def _table_rows(
        self, file: BinaryIO, offset: int, max_items: int, final: bool
    ) -> Iterator[ParsedRow]:
        """Yield records; one may span lines, so the offset counts the bytes of whole records."""
        delimiter = "\t" if self.path.suffix.lower() == ".tsv" else ","
        file.seek(0)
        header = file.readline()
        names = next(csv.reader([header.decode("utf-8-sig", "replace")], delimiter=delimiter), [])
        end = max(offset, len(header))
        file.seek(end)

        def lines() -> Iterator[str]:
            nonlocal end
            for line in file:
                if not line.endswith(b"\n") and not final:
                    return
                end += len(line)
                yield line.decode("utf-8", "replace")

        records = csv.reader(lines(), delimiter=delimiter, strict=True)
        for _ in range(max_items):
            try:
                values = next(records, None)
            except csv.Error as error:
                if "end of data" in str(error) and not final:
                    return  # The record is still being written.
                yield None, end, f"not a row of a table: {error}"
                return
            if values is None:
                return
            if any(values):
                yield dict(zip(names, values, strict=False)), end, ""


class FolderSource:
    """All files of known formats below a folder, also those that are added later."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser().absolute()
        self.ended = False

    def read(
        self, positions: Mapping[str, str], max_items: int, *, final: bool
    ) -> list[SourceItem]:
        """Return new items of any file, in the order of paths; hidden files are skipped."""
        items: list[SourceItem] = []
        for path in sorted(self.path.rglob("*")):
            if len(items) >= max_items:
                break
            if path.suffix.lower() in FORMATS and not path.name.startswith(".") and path.is_file():
                items += FileSource(path).read(positions, max_items - len(items), final=final)
        return items


def _fingerprint(file: BinaryIO) -> dict[str, Any]:
    """Return the number of bytes that the file begins with, and their hash."""
    file.seek(0)
    head = file.read(FINGERPRINT_BYTES)
    return {"bytes": len(head), "head": _short_sha256(head)}


def _resume_offset(file: BinaryIO, size: int, position: str | None) -> int:
    """Return the offset to go on from; 0 if another file has the name by now."""
    if position is None:
        return 0
    stored = json.loads(position)
    file.seek(0)
    head = _short_sha256(file.read(stored["bytes"]))
    is_same_file = size >= stored["offset"] and head == stored["head"]
    return int(stored["offset"]) if is_same_file else 0


def _short_sha256(content: bytes) -> str:
    return hashing.bytes_sha256(content)[:16]
