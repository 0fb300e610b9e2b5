"""The format of SemEval-2010 Task 8: a numbered sentence with marks, its relation, a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainzoo.data.encoding import read_lines
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers.reader import FileHead, Reader
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

SENTENCE = re.compile(r"^(\d+)\t(.*<e1>.*)$", re.IGNORECASE)


class SemEvalReader(Reader):
    """Numbered sentences, each followed by its relation."""

    name = "semeval"
    priority = 50

    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        """A first line that is a number, a tab and a sentence with ``<e1>`` in it."""
        first = next(line for line in head.lines if line.strip()).rstrip("\r\n")
        is_sentence = SENTENCE.match(first) is not None
        return "its lines are numbered sentences with <e1> and <e2>" if is_sentence else None

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """Return records with ``text`` (marks in it), ``relation`` and ``comment``.

        Raises:
            DataError: the file does not begin with a numbered sentence.
        """
        return Records(_records(head), ("text", "relation", "comment"))


READER = SemEvalReader()


def _records(head: FileHead) -> Iterator[Record]:
    sentence: tuple[int, str] | None = None
    rest: list[str] = []
    for number, line in enumerate(read_lines(head.path, head.codec), 1):
        text = line.strip()
        match = SENTENCE.match(text)
        if match:
            if sentence:
                yield _record(sentence, rest)
            sentence, rest = (number, _unquote(match.group(2))), []
        elif text and sentence:
            rest.append(text)
        elif text:
            raise DataError(
                f"expected a numbered sentence, found {text[:40]!r}.",
                file=head.path,
                line=number,
                remedy="Write: number, tab, sentence; the relation on the next line.",
            )
    if sentence:
        yield _record(sentence, rest)


def _record(sentence: tuple[int, str], rest: list[str]) -> Record:
    line, text = sentence
    comment = next((r for r in rest if r.lower().startswith("comment")), "")
    relation = next((r for r in rest if r != comment), None)
    return Record(line, {"text": text, "relation": relation, "comment": comment})


def _unquote(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
