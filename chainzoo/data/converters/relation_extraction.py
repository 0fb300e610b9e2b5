"""Records as texts with two marked arguments and the relation between them.

Read are marks in the text (``<e1>…</e1>``, ``[E1]…[/E1]``) and ranges in columns: of characters
(``head: {"start": 3, "end": 8}``) or of tokens (``h: {"pos": [3, 4]}``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chainzoo.data.cells import as_label, is_missing
from chainzoo.data.columns import TEXT_NAMES
from chainzoo.data.converters.converter import Converted, Converter
from chainzoo.data.examples import RelationExample
from chainzoo.data.marks import Ranges, strip_marks
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.data.tokens import join_tokens
from chainzoo.errors import DataError

ARGUMENTS = (("head", "tail"), ("h", "t"), ("e1", "e2"), ("subject", "object"), ("subj", "obj"))
RELATIONS = ("relation", "label", "predicate", "type", "rel")


class RelationExtractionConverter(Converter):
    """Texts with two arguments and their relation."""

    task = "relation-extraction"
    priority = 30
    annotation = "relations"

    def matches(self, sample: Sequence[Record], columns: Sequence[str]) -> bool:
        """Texts with both marks, or a pair of columns that are ranges."""
        if any(_argument_columns(record.values) for record in sample[:20]):
            return True
        marked = [any(_is_marked(v) for v in record.values.values()) for record in sample[:50]]
        return bool(marked) and sum(marked) > 0.9 * len(marked)

    def convert(
        self, records: Records, sample: Sequence[Record], options: ReadOptions
    ) -> Converted:
        """Build texts with two arguments; a warning counts the rows without a relation.

        Raises:
            DataError: a row does not have two arguments; its line is named.
        """
        columns = records.columns
        relation = options.label_column or next((c for c in RELATIONS if c in columns), "")
        text = options.text_column or _text_column(sample, columns)
        warnings: list[str] = []
        return Converted(
            _stream(records.rows, text, relation, warnings),
            warnings=warnings,
            columns={"text": text, "relation": relation},
        )


CONVERTER = RelationExtractionConverter()


def _stream(
    rows: Iterator[Record], text: str, relation: str, warnings: list[str]
) -> Iterator[RelationExample]:
    unlabelled = 0
    for record in rows:
        value = record.values.get(relation)
        if is_missing(value):
            unlabelled += 1
            continue
        plain, ranges = _text_and_ranges(record, text)
        yield RelationExample(plain, *ranges, as_label(value), record.split, record.line)
    if unlabelled:
        warnings.append(f"{unlabelled} rows have no relation; they are left out.")


def _text_and_ranges(record: Record, column: str) -> tuple[str, Ranges]:
    value = record.values.get(column)
    names = _argument_columns(record.values)
    tokens: tuple[tuple[int, int], ...] = ()
    if isinstance(value, list):
        text, tokens = join_tokens([str(token) for token in value])
    else:
        text = str(value or "")
    if names:
        first, second = (_range(record.values[name], text, tokens) for name in names)
        if first and second:
            return text, (first, second)
    elif marked := strip_marks(text):
        return marked
    raise DataError(
        f"expected a text with two arguments, found {text[:60]!r}.",
        line=record.line,
        remedy="Mark them as <e1>…</e1> and <e2>…</e2>, or give head and tail with start and end.",
    )


def _range(value: Any, text: str, tokens: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Return the characters of an argument, given as such, as tokens, or by its words."""
    start: Any
    end: Any
    if isinstance(value, Mapping):
        start, end = value.get("start"), value.get("end")
        pos = value.get("pos") or value.get("span")
        if start is None and isinstance(pos, list | tuple) and len(pos) >= 2:
            start, end = pos[0], pos[-1]
        if start is None:
            return _occurrence(value.get("text") or value.get("name") or value.get("word"), text)
    elif isinstance(value, list | tuple) and len(value) == 2:
        start, end = value
    else:
        return _occurrence(value, text)
    try:
        start, end = int(start), int(end)
    except (TypeError, ValueError):
        return None
    if tokens:
        last = max(start, min(end, len(tokens)) - 1)
        return (tokens[start][0], tokens[last][1]) if start < len(tokens) else None
    return (start, end) if 0 <= start < end <= len(text) else None


def _occurrence(argument: Any, text: str) -> tuple[int, int] | None:
    at = text.find(str(argument)) if argument else -1
    return (at, at + len(str(argument))) if at >= 0 else None


def _argument_columns(values: Mapping[str, Any]) -> tuple[str, str] | None:
    for names in ARGUMENTS:
        if all(isinstance(values.get(name), Mapping | list | tuple) for name in names):
            return names
    return None


def _is_marked(value: Any) -> bool:
    return isinstance(value, str) and strip_marks(value) is not None


def _text_column(sample: Sequence[Record], columns: Sequence[str]) -> str:
    marked = [c for c in columns if _is_marked(sample[0].values.get(c))]
    named = [c for c in (*TEXT_NAMES, "tokens", "token", "words") if c in columns]
    return next(iter((*marked, *named)), columns[0])
