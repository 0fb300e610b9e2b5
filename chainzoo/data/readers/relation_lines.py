"""The form of SemEval-2010 Task 8: a numbered sentence with marks, its relation, a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainzoo.data.encoding import lines
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers import FileHead, encoding_of
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

SENTENCE = re.compile(r"^(\d+)\t(.*<e1>.*)$", re.IGNORECASE)


def claims(head: FileHead, options: ReadOptions) -> str | None:
    """A first line that is a number, a tab and a sentence with ``<e1>`` in it."""
    first = next(line for line in head.lines if line.strip()).rstrip("\r\n")
    return "its lines are numbered sentences with <e1> and <e2>" if SENTENCE.match(first) else None


def read(head: FileHead, options: ReadOptions) -> Records:
    """Records with ``text`` (marks in it), ``relation`` and ``comment``."""
    return Records(_records(head), ("text", "relation", "comment"))


def _records(head: FileHead) -> Iterator[Record]:
    begun: tuple[int, str] | None = None
    rest: list[str] = []
    for number, line in enumerate(lines(head.path, encoding_of(head)), 1):
        text = line.strip()
        found = SENTENCE.match(text)
        if found:
            if begun:
                yield _record(begun, rest, head)
            begun, rest = (number, _unquoted(found.group(2))), []
        elif text and begun:
            rest.append(text)
        elif text:
            raise DataError(
                f"expected a numbered sentence, found {text[:40]!r}.",
                file=head.path,
                line=number,
                remedy="Write: number, tab, sentence; the relation on the next line.",
            )
    if begun:
        yield _record(begun, rest, head)


def _record(begun: tuple[int, str], rest: list[str], head: FileHead) -> Record:
    line, text = begun
    comment = next((r for r in rest if r.lower().startswith("comment")), "")
    relation = next((r for r in rest if r != comment), None)
    return Record(line, {"text": text, "relation": relation, "comment": comment})


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
