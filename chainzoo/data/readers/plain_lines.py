"""A text file with one text a line: enough to predict on, not to tune on."""

from __future__ import annotations

from collections.abc import Iterator

from chainzoo.data.encoding import lines
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers import FileHead, encoding_of
from chainzoo.data.records import Record, Records


def claims(head: FileHead, options: ReadOptions) -> str | None:
    """Any text that no other reader claimed."""
    return "nothing cuts its lines into columns"


def read(head: FileHead, options: ReadOptions) -> Records:
    """Each line that is not blank as the value of ``text``."""

    def rows() -> Iterator[Record]:
        for number, line in enumerate(lines(head.path, encoding_of(head)), 1):
            if line.strip():
                yield Record(number, {"text": line.strip()})

    return Records(rows(), ("text",))
