"""CoNLL columns: a token and its tags a line, a blank line between sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from chainzoo.data.encoding import read_lines
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.readers.reader import FileHead, Reader
from chainzoo.data.records import Record, Records
from chainzoo.data.tags import is_tag
from chainzoo.errors import DataError

SUFFIXES = (".conll", ".conllu", ".bio", ".iob", ".iob2", ".bmes", ".bioes")
DIGIT_AFTER = re.compile(r"^.+\d$")
DOCUMENT_MARK = "-DOCSTART-"
MAX_COLUMNS = 20
SAMPLE_SENTENCES = 200


class ConllReader(Reader):
    """Files of tokens with tags."""

    name = "conll"
    priority = 70

    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        """A file with the suffix, or lines that end in tags, with blank lines between them."""
        if head.suffix in SUFFIXES:
            return f"its name ends in {head.suffix}"
        rows = [cells for line in head.lines if (cells := _cells(line)) is not None]
        if len(rows) < 3 or any(len(cells) > MAX_COLUMNS for cells in rows):
            return None
        width = Counter(map(len, rows)).most_common(1)[0][0]
        tagged = sum(len(cells) == width and is_tag(cells[-1]) for cells in rows)
        if width < 2 or tagged < 0.9 * len(rows):
            return None
        has_entities = any(cells[-1] != "O" for cells in rows)
        has_sentences = any(not line.strip() for line in head.lines)
        if not has_sentences and not is_tag(rows[0][-1]):
            return None  # A table with a header and a column that names the sentence.
        return "its lines are tokens with tags" if has_entities or has_sentences else None

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """Return sentences with ``tokens`` and, for each further column, a list ``column N``.

        Raises:
            DataError: there are no tokens, no tags, or rows of different width.
        """
        sample = list(islice(_sentences(head), SAMPLE_SENTENCES))
        rows = [row for _, sentence in sample for row in sentence]
        if not rows:
            raise DataError(
                "there are no tokens in it.",
                file=head.path,
                remedy="Check that the file is whole.",
            )
        width = Counter(map(len, rows)).most_common(1)[0][0]
        if width < 2:
            raise DataError(
                "expected a token and a tag on each line, found one column.",
                file=head.path,
                line=sample[0][0],
                remedy="Write each token and its tag on a line, with a tab or a space between.",
            )
        inferred = []
        token = _token_column(rows, width)
        if token:
            reason = "the first column counts the tokens of each sentence"
            inferred.append(InferredOption("token column", f"column {token + 1}", reason))
        strip = options.strip_digits
        if strip is None:
            strip = _have_digits([row[token] for row in rows])
            if strip:
                reason = "a digit stands after every character, as in Weibo NER"
                inferred.append(
                    InferredOption("digits after tokens", "left out", reason, "strip_digits")
                )
        names = tuple(f"column {at + 1}" for at in range(width) if at > token)
        return Records(_records(head, width, token, strip), ("tokens", *names), tuple(inferred))


READER = ConllReader()


def _records(head: FileHead, width: int, token: int, strip: bool) -> Iterator[Record]:
    for line, rows in _sentences(head):
        for at, row in enumerate(rows):
            if len(row) != width:
                raise DataError(
                    f"expected {width} columns, found {len(row)}.",
                    file=head.path,
                    line=line + at,
                    remedy="Give every token all its columns, with one separator throughout.",
                )
        columns = list(zip(*rows, strict=True))
        tokens = [_without_digit(word) if strip else word for word in columns[token]]
        values: dict[str, list[str]] = {"tokens": tokens}
        for at in range(token + 1, width):
            values[f"column {at + 1}"] = list(columns[at])
        yield Record(line, values)


def _without_digit(word: str) -> str:
    return word[:-1] if len(word) > 1 and word[-1].isdigit() else word


def _sentences(head: FileHead) -> Iterator[tuple[int, list[list[str]]]]:
    """Yield ``(line of the first token, rows of cells)`` of each sentence."""
    begin, rows = 0, list[list[str]]()
    for number, line in enumerate(read_lines(head.path, head.codec), 1):
        cells = _cells(line)
        if cells is None:
            if rows:
                yield begin, rows
                rows = []
            continue
        if not rows:
            begin = number
        rows.append(cells)
    if rows:
        yield begin, rows


def _cells(line: str) -> list[str] | None:
    """Return the columns of a line; ``None`` for blank lines, comments and document marks."""
    line = line.rstrip("\n")
    if not line.strip() or line.startswith(DOCUMENT_MARK):
        return None
    cells = line.rstrip().split("\t") if "\t" in line else line.split()
    if line[0] == "#" and not is_tag(cells[-1]):
        return None
    return [cell.strip() for cell in cells]


def _token_column(rows: Sequence[Sequence[str]], width: int) -> int:
    """Return 1 if the first column is an index of the tokens, else 0."""
    counts = sum(row[0].isdigit() for row in rows)
    return 1 if width > 2 and counts > 0.98 * len(rows) else 0


def _have_digits(tokens: Sequence[str]) -> bool:
    """Return whether nearly all tokens are a character that is not ASCII and a digit."""
    marked = sum(DIGIT_AFTER.match(token) is not None for token in tokens)
    wide = sum(not token.isascii() for token in tokens)
    return marked > 0.98 * len(tokens) and wide > 0.5 * len(tokens)
