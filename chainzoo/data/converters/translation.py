"""Records as texts in two languages: two columns, or ``translation: {"en": …, "de": …}``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from chainzoo.data.cells import as_text
from chainzoo.data.converters import Converted
from chainzoo.data.converters.text_pairs import pairs, text_columns
from chainzoo.data.language import guess_language
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record, Records

UNKNOWN = frozenset({"unknown", "und"})
NESTED = "translation"
NAMES = (("source", "target"), ("src", "tgt"), ("source", "translation"), ("text", "translation"))


def matches(sample: Sequence[Record], columns: Sequence[str]) -> bool:
    """A nested translation, or two columns of texts in different languages."""
    return _columns(sample, columns) is not None


def _columns(sample: Sequence[Record], columns: Sequence[str]) -> tuple[str, str] | None:
    first = sample[0].values.get(NESTED)
    if isinstance(first, Mapping) and len(first) >= 2:
        names = list(first)
        return names[0], names[1]
    lower = {column.lower(): column for column in columns}
    found = text_columns(sample, columns)
    for source, target in NAMES:
        if lower.get(source) in found and lower.get(target) in found:
            named = lower[source], lower[target]
            one, other = _languages(sample, named)
            return named if one != other or one in UNKNOWN else None
    if len(found) < 2 or len(found) < len(columns) - 1:
        return None
    one, other = _languages(sample, found[:2])
    return (found[0], found[1]) if one != other and UNKNOWN.isdisjoint((one, other)) else None


def _languages(sample: Sequence[Record], columns: Sequence[str]) -> list[str]:
    texts = ([as_text(record.values.get(column)) for record in sample] for column in columns)
    return [guess_language(some).code for some in texts]


def examples(
    rows: Iterable[Record], sample: Sequence[Record], records: Records, options: ReadOptions
) -> Converted:
    """Texts with their translations. ``text_column`` and ``label_column`` turn the direction."""
    found = _columns(sample, records.columns)
    columns = records.columns
    if isinstance(sample[0].values.get(NESTED), Mapping):
        columns = tuple(sample[0].values[NESTED])
        rows = _flat(rows)
    elif found is None:
        texts = text_columns(sample, columns)
        found = (texts[0], texts[1]) if len(texts) > 1 else None
    return pairs(rows, sample, columns, found, options)


def _flat(rows: Iterable[Record]) -> Iterator[Record]:
    for record in rows:
        yield replace(record, values=record.values.get(NESTED) or {})
