"""A text file with one text a line: enough to predict on, not to train on."""

from __future__ import annotations

from collections.abc import Iterator

from chainzoo.data.encoding import read_lines
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers.reader import FileHead, Reader
from chainzoo.data.records import Record, Records


class TextLinesReader(Reader):
    """Any text that no other reader recognises."""

    name = "text_lines"
    priority = 90

    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        """Every text file."""
        return "no delimiter cuts its lines into columns"

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """Return each line that is not blank as the value of ``text``."""
        return Records(_records(head), ("text",))


READER = TextLinesReader()


def _records(head: FileHead) -> Iterator[Record]:
    for number, line in enumerate(read_lines(head.path, head.codec), 1):
        if line.strip():
            yield Record(number, {"text": line.strip()})
