"""Conversations one a line, their turns ended by ``__eou__`` (DailyDialog: end of utterance)."""

from __future__ import annotations

from collections.abc import Iterator

from chainzoo.data.encoding import read_lines
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers.reader import FileHead, Reader
from chainzoo.data.records import Record, Records

MARK = "__eou__"


class EouLinesReader(Reader):
    """Lines of turns."""

    name = "eou_lines"
    priority = 60

    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        """Nearly every line has the mark."""
        lines = head.filled_lines
        marked = sum(MARK in line for line in lines)
        return f"its turns end with {MARK}" if marked > 0.9 * len(lines) else None

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """Return records with ``turns``, a list of texts."""
        return Records(_records(head), ("turns",))


READER = EouLinesReader()


def _records(head: FileHead) -> Iterator[Record]:
    for number, line in enumerate(read_lines(head.path, head.codec), 1):
        turns = [turn.strip() for turn in line.split(MARK) if turn.strip()]
        if turns:
            yield Record(number, {"turns": turns})
