"""Conversations one a line, their turns ended by ``__eou__`` (end of utterance)."""

from __future__ import annotations

from collections.abc import Iterator

from chainzoo.data.encoding import lines
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers import FileHead, encoding_of
from chainzoo.data.records import Record, Records

MARK = "__eou__"


def claims(head: FileHead, options: ReadOptions) -> str | None:
    """Nearly every line has the mark."""
    filled = [line for line in head.lines if line.strip()]
    marked = sum(MARK in line for line in filled)
    return f"its turns end with {MARK}" if marked > 0.9 * len(filled) else None


def read(head: FileHead, options: ReadOptions) -> Records:
    """Records with ``turns``, a list of texts."""
    return Records(_records(head), ("turns",))


def _records(head: FileHead) -> Iterator[Record]:
    for number, line in enumerate(lines(head.path, encoding_of(head)), 1):
        turns = [turn.strip() for turn in line.split(MARK) if turn.strip()]
        if turns:
            yield Record(number, {"turns": turns})
