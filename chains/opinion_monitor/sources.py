"""Where posts come from: files, folders, standard input. Each is asked, and says how far it got.

A source holds no state that counts: it is told the positions that are stored, and gives each item
with the position that follows it. Positions are stored in one transaction with what they led to.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import queue
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TextIO

from chainzoo import DataError

LINES = (".jsonl", ".ndjson", ".json", ".txt", ".log")
TABLES = (".csv", ".tsv")
HEAD = 256  # Bytes that tell whether a file is still the one that was read.
IDLE = 0.3  # Seconds that standard input is waited for.


@dataclass(frozen=True, slots=True)
class Item:
    """What a source gave: a row, or why there is none; and where the source stands after it."""

    source: str
    row: Any
    position: str
    problem: str = ""


class Source(Protocol):
    """Gives what is there now; ``ended`` where nothing can ever come again."""

    ended: bool

    def read(self, positions: Mapping[str, str], most: int, *, final: bool) -> list[Item]:
        """At most so many items from the positions on. ``final``: nobody writes any more."""
        ...


class FileSource:
    """A file of lines (JSON or texts), or a CSV/TSV table, that may grow."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser().absolute()
        self.name = f"file:{self.path}"
        self.ended = False

    def read(self, positions: Mapping[str, str], most: int, *, final: bool) -> list[Item]:
        """Whole lines only: half a line at the end is being written, unless it is final."""
        try:
            with self.path.open("rb") as file:
                size = self.path.stat().st_size
                offset = _offset(file, size, positions.get(self.name))
                if offset >= size:
                    return []
                stamp = _stamp(file)
                rows = self._table if self.path.suffix.lower() in TABLES else self._lines
                return [
                    Item(self.name, row, json.dumps({"offset": end, **stamp}), problem)
                    for row, end, problem in rows(file, offset, most, final)
                ]
        except OSError as error:
            raise DataError(
                f"cannot be read: {error.strerror or error}.",
                file=self.path,
                remedy="Check the path and the rights.",
            ) from None

    def _lines(
        self, file: BinaryIO, offset: int, most: int, final: bool
    ) -> Iterator[tuple[Any, int, str]]:
        as_text = self.path.suffix.lower() in (".txt", ".log")
        file.seek(offset)
        given = 0
        while given < most:
            line = file.readline()
            if not line or (not line.endswith(b"\n") and not final):
                return
            offset += len(line)
            text = line.decode("utf-8-sig", "replace").strip()
            if text:
                given += 1
                yield (text, offset, "") if as_text else (*_json(text, offset),)

    def _table(
        self, file: BinaryIO, offset: int, most: int, final: bool
    ) -> Iterator[tuple[Any, int, str]]:
        """Records of a table; one may span lines, so the bytes of whole records are counted."""
        comma = "\t" if self.path.suffix.lower() == ".tsv" else ","
        file.seek(0)
        first = file.readline()
        names = next(csv.reader([first.decode("utf-8-sig", "replace")], delimiter=comma), [])
        at = max(offset, len(first))
        file.seek(at)
        counted = at

        def lines() -> Iterator[str]:
            nonlocal counted
            for line in file:
                if not line.endswith(b"\n") and not final:
                    return
                counted += len(line)
                yield line.decode("utf-8", "replace")

        records = csv.reader(lines(), delimiter=comma, strict=True)
        for _ in range(most):
            try:
                values = next(records, None)
            except csv.Error as error:
                if "end of data" in str(error) and not final:
                    return  # The record is still being written.
                yield None, counted, f"not a row of a table: {error}"
                return
            if values is None:
                return
            if any(values):
                yield dict(zip(names, values, strict=False)), counted, ""


class FolderSource:
    """Every file of a known kind in a folder, and those that come later, in order of name."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser().absolute()
        self.ended = False

    def read(self, positions: Mapping[str, str], most: int, *, final: bool) -> list[Item]:
        """What is new in any file; hidden files are being written or not meant."""
        found: list[Item] = []
        for path in sorted(self.path.rglob("*")):
            known = path.suffix.lower() in (*LINES, *TABLES)
            if len(found) >= most or not known or path.name.startswith(".") or not path.is_file():
                continue
            found += FileSource(path).read(positions, most - len(found), final=final)
        return found


class LineSource:
    """Standard input, or any stream of lines: read by a thread, so that waiting holds nobody up.

    A stream cannot be read twice: what was read and not yet stored when the power fails is the
    writer's to send again. Lines with an id, or a time, are then still counted once.
    """

    def __init__(self, stream: TextIO | None = None, name: str = "stdin") -> None:
        self.name, self.ended = name, False
        self._stream = stream or sys.stdin
        self._waiting: queue.Queue[str | None] = queue.Queue(maxsize=10_000)
        self._thread: threading.Thread | None = None
        self._count = 0

    def read(self, positions: Mapping[str, str], most: int, *, final: bool) -> list[Item]:
        """Lines that have come; none after a moment of silence."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._follow, daemon=True)
            self._thread.start()
        found: list[Item] = []
        while len(found) < most and not self.ended:
            try:
                line = self._waiting.get(timeout=None if final and not found else IDLE)
            except queue.Empty:
                break
            if line is None:
                self.ended = True
                break
            self._count += 1
            if line.strip():
                found.append(self._item(line.strip()))
        return found

    def _item(self, line: str) -> Item:
        row, _, problem = _json(line, 0) if line.startswith("{") else (line, 0, "")
        return Item(self.name, row, json.dumps({"line": self._count}), problem)

    def _follow(self) -> None:
        for line in self._stream:
            self._waiting.put(line)
        self._waiting.put(None)


def open_source(told: str) -> Source:
    """The source that a user names: a path, ``-``, ``https://…`` or ``kafka://broker/topic``.

    Raises:
        DataError: there is no such file. MissingExtraError: a library is needed for it.
    """
    if told == "-":
        return LineSource()
    if told.startswith(("http://", "https://")):
        from chains.opinion_monitor.feeds import FeedSource

        return FeedSource(told)
    if told.startswith("kafka://"):
        from chains.opinion_monitor.kafka import KafkaSource

        return KafkaSource.of_url(told)
    path = Path(told).expanduser()
    if path.is_dir():
        return FolderSource(path)
    if not path.exists():
        raise DataError(
            "there is no such file or folder.",
            file=path,
            remedy="Name a file, a folder, - for standard input, https://… or kafka://broker/topic.",
        )
    if path.suffix.lower() not in (*LINES, *TABLES):
        raise DataError(
            f"posts are read from {', '.join((*LINES, *TABLES))}, not from {path.suffix or 'this'}.",
            file=path,
            remedy="Convert the file.",
        )
    return FileSource(path)


def _json(text: str, offset: int) -> tuple[Any, int, str]:
    try:
        return json.loads(text), offset, ""
    except (ValueError, RecursionError) as error:
        return text[:500], offset, f"not JSON: {error}"


def _stamp(file: BinaryIO) -> dict[str, Any]:
    """What the file begins with: so many bytes, and their hash."""
    file.seek(0)
    head = file.read(HEAD)
    return {"bytes": len(head), "head": hashlib.sha256(head).hexdigest()[:16]}


def _offset(file: BinaryIO, size: int, position: str | None) -> int:
    """Where to go on; at the start where another file lies under that name by now."""
    if position is None:
        return 0
    stored = json.loads(position)
    file.seek(0)
    head = hashlib.sha256(file.read(stored["bytes"])).hexdigest()[:16]
    same = size >= stored["offset"] and head == stored["head"]
    return int(stored["offset"]) if same else 0


def lines_of(text: str) -> LineSource:
    """Lines in memory as a source."""
    return LineSource(io.StringIO(text), "memory")
