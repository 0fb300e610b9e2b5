"""Records as texts with two marked arguments and the relation between them.

Read are marks in the text (``<e1>…</e1>``, ``[E1]…[/E1]``) and ranges beside it: of characters
(``head: {"start": 3, "end": 8}``) or of tokens (``h: {"pos": [3, 4]}``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chainzoo.data.cells import as_label, is_missing
from chainzoo.data.columns import TEXT_NAMES
from chainzoo.data.converters import Converted
from chainzoo.data.examples import RelationExample
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.data.tokens import join_tokens
from chainzoo.errors import DataError

MARK = re.compile(r"[<\[](/?)e([12])[>\]]", re.IGNORECASE)
ARGUMENTS = (("head", "tail"), ("h", "t"), ("e1", "e2"), ("subject", "object"), ("subj", "obj"))
RELATIONS = ("relation", "label", "predicate", "type", "rel")

Ranges = tuple[tuple[int, int], tuple[int, int]]


def matches(sample: Sequence[Record], columns: Sequence[str]) -> bool:
    """Texts with both marks, or a pair of columns that are ranges."""
    if any(_arguments(record.values) for record in sample[:20]):
        return True
    marked = [any(_is_marked(v) for v in record.values.values()) for record in sample[:50]]
    return bool(marked) and sum(marked) > 0.9 * len(marked)


def examples(
    rows: Iterable[Record], sample: Sequence[Record], records: Records, options: ReadOptions
) -> Converted:
    """Texts with two arguments; rows without a relation are left out and counted in a warning.

    Raises:
        DataError: a row has no two arguments; its line is told.
    """
    columns = records.columns
    relation = options.label_column or next((c for c in RELATIONS if c in columns), "")
    text = options.text_column or _text_column(sample, columns)
    converted = Converted(iter(()), columns={"text": text, "relation": relation})
    converted.examples = _stream(rows, text, relation, converted)
    return converted


def _stream(
    rows: Iterable[Record], text: str, relation: str, converted: Converted
) -> Iterator[RelationExample]:
    unlabelled = 0
    for record in rows:
        value = record.values.get(relation)
        if is_missing(value):
            unlabelled += 1
            continue
        plain, ranges = _read(record, text)
        yield RelationExample(plain, *ranges, as_label(value), record.split, record.line)
    if unlabelled:
        converted.warnings.append(f"{unlabelled} rows have no relation; they are left out.")


def _read(record: Record, column: str) -> tuple[str, Ranges]:
    value = record.values.get(column)
    names = _arguments(record.values)
    tokens: tuple[tuple[int, int], ...] = ()
    if isinstance(value, list):
        text, tokens = join_tokens([str(token) for token in value])
    else:
        text = str(value or "")
    if names:
        found = [_range(record.values[name], text, tokens) for name in names]
        if found[0] and found[1]:
            return text, (found[0], found[1])
    else:
        marked = without_marks(text)
        if marked:
            return marked
    raise DataError(
        f"expected a text with two arguments, found {text[:60]!r}.",
        line=record.line,
        remedy="Mark them as <e1>…</e1> and <e2>…</e2>, or give head and tail with start and end.",
    )


def without_marks(text: str) -> tuple[str, Ranges] | None:
    """The text without its marks, and the two ranges; ``None`` where the marks are not whole."""
    plain, at, places = "", 0, {}
    for mark in MARK.finditer(text):
        plain += text[at : mark.start()]
        at = mark.end()
        places[mark.group(2) + mark.group(1)] = len(plain)
    plain += text[at:]
    if set(places) != {"1", "1/", "2", "2/"}:
        return None
    first, second = (places["1"], places["1/"]), (places["2"], places["2/"])
    whole = first[0] < first[1] and second[0] < second[1]
    apart = first[1] <= second[0] or second[1] <= first[0]
    return (plain, (first, second)) if whole and apart else None


def _range(value: Any, text: str, tokens: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Characters of an argument: told as such, as tokens, or found by its words."""
    if isinstance(value, Mapping):
        start, end = value.get("start"), value.get("end")
        pos = value.get("pos") or value.get("span")
        if start is None and isinstance(pos, list | tuple) and len(pos) >= 2:
            start, end = pos[0], pos[-1]
        if start is None:
            return _found(value.get("text") or value.get("name") or value.get("word"), text)
    elif isinstance(value, list | tuple) and len(value) == 2:
        start, end = value
    else:
        return _found(value, text)
    start, end = int(start), int(str(end))
    if tokens:
        last = max(start, min(end, len(tokens)) - 1)
        return (tokens[start][0], tokens[last][1]) if start < len(tokens) else None
    return (start, end) if 0 <= start < end <= len(text) else None


def _found(words: Any, text: str) -> tuple[int, int] | None:
    at = text.find(str(words)) if words else -1
    return (at, at + len(str(words))) if at >= 0 else None


def _arguments(values: Mapping[str, Any]) -> tuple[str, str] | None:
    for pair in ARGUMENTS:
        if all(isinstance(values.get(name), Mapping | list | tuple) for name in pair):
            return pair
    return None


def _is_marked(value: Any) -> bool:
    return isinstance(value, str) and without_marks(value) is not None


def _text_column(sample: Sequence[Record], columns: Sequence[str]) -> str:
    marked = [c for c in columns if _is_marked(sample[0].values.get(c))]
    named = [c for c in (*TEXT_NAMES, "tokens", "token", "words") if c in columns]
    return next(iter((*marked, *named)), columns[0])
