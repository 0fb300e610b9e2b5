"""Tables with one token a row: the rows of a sentence become one record."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from chainzoo.data.cells import as_label, is_missing
from chainzoo.data.columns import first_column
from chainzoo.data.records import Record
from chainzoo.data.tags import is_tag

TOKENS = ("token", "tokens", "word", "words", "form", "text", "term")
SENTENCES = re.compile(
    r"^(?:sent(?:ence)?s?|seq(?:uence)?|doc(?:ument)?|example|text|utterance|s)"
    r"[\s_.\-]*(?:#|id|idx|index|no|nr|num|number)?$|^(?:id|idx|#)$",
    re.IGNORECASE,
)
MIN_SHARE = 0.95  # Of cells that are one word, or a tag.


@dataclass(frozen=True, slots=True)
class TokenRows:
    """Which columns hold the sentence (``""``: blank lines end a sentence), token and tag."""

    sentence: str
    token: str
    tag: str


@dataclass(slots=True)
class _Sentence:
    first: Record
    name: str
    tokens: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


def find_token_rows(
    sample: Sequence[Record], columns: Sequence[str], label_column: str | None = None
) -> TokenRows | None:
    """Return the columns of a table with one token a row, or ``None`` if it is another table.

    Args:
        sample: the first records.
        columns: the names of all columns.
        label_column: the column of the tags, if it is known.
    """
    tags = [name for name in columns if _is_tag_column(sample, name)]
    if label_column is not None:
        tags = [name for name in tags if name.lower() == label_column.lower()]
    if not tags:
        return None
    tag = tags[-1]
    rest = [name for name in columns if name not in tags]
    token = first_column(TOKENS, rest)
    if token is None or not _is_word_column(sample, token):
        words = [n for n in rest if not SENTENCES.match(n) and _is_word_column(sample, n)]
        token = words[0] if words else None
    if token is None:
        return None
    named = [n for n in rest if n != token and SENTENCES.match(n.strip())]
    sentence = next((name for name in named if _groups(sample, name)), None)
    if sentence is None and not _has_gaps(sample):
        return None
    return TokenRows(sentence or "", token, tag)


def group_token_rows(
    rows: Iterable[Record], names: TokenRows, warnings: list[str]
) -> Iterator[Record]:
    """Yield one record a sentence, with lists under the names of the token and the tag column.

    A sentence ends where its column changes to another value (an empty cell continues it), or
    where the table has a blank line if it has no such column.
    """
    sentence: _Sentence | None = None
    line = empty = 0
    for record in rows:
        values = record.values
        token = as_label(values.get(names.token)) if values.get(names.token) is not None else ""
        name = as_label(values.get(names.sentence) or "") if names.sentence else ""
        ends = bool(name) and sentence is not None and name != sentence.name
        ends = ends or (not names.sentence and line > 0 and record.line > line + 1)
        line = record.line
        if sentence is not None and (ends or sentence.first.split != record.split):
            if sentence.tokens:
                yield _record(sentence, names)
            sentence = None
        if sentence is None:
            sentence = _Sentence(record, name)
        if not token:
            empty += 1
            continue
        sentence.tokens.append(token)
        sentence.tags.append(as_label(values.get(names.tag) or "O"))
    if sentence is not None and sentence.tokens:
        yield _record(sentence, names)
    if empty:
        warnings.append(f"{empty} rows have no token; they are left out.")


def _record(sentence: _Sentence, names: TokenRows) -> Record:
    values = {names.token: sentence.tokens, names.tag: sentence.tags}
    return Record(sentence.first.line, values, sentence.first.split)


def _is_tag_column(sample: Sequence[Record], column: str) -> bool:
    """Return whether all cells are tags, and some are of entities; an empty cell is ``O``."""
    cells = [record.values.get(column) for record in sample]
    tags = [as_label(cell) for cell in cells if cell is not None and as_label(cell)]
    if len(tags) < MIN_SHARE * len(cells) or any(isinstance(cell, list) for cell in cells):
        return False
    return all(map(is_tag, tags)) and any(tag != "O" for tag in tags)


def _is_word_column(sample: Sequence[Record], column: str) -> bool:
    cells = [record.values.get(column) for record in sample]
    words = [as_label(cell) for cell in cells if cell is not None and not isinstance(cell, list)]
    single = sum(bool(word) and not re.search(r"\s", word) for word in words)
    return single >= MIN_SHARE * len(cells) and any(any(map(str.isalpha, w)) for w in words)


def _groups(sample: Sequence[Record], column: str) -> bool:
    """Return whether a column groups rows: values that repeat in runs, or are filled once a run."""
    cells = [record.values.get(column) for record in sample]
    filled = [as_label(cell) for cell in cells if not is_missing(cell)]
    runs = sum(at == 0 or cell != filled[at - 1] for at, cell in enumerate(filled))
    return 0 < runs <= 0.7 * len(cells)


def _has_gaps(sample: Sequence[Record]) -> bool:
    lines = [record.line for record in sample]
    return any(after > line + 1 for line, after in itertools.pairwise(lines))
