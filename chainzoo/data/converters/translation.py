"""Records as texts in two languages: two columns, or ``translation: {"en": …, "de": …}``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from chainzoo.data.cells import as_text
from chainzoo.data.converters.converter import Converted, Converter
from chainzoo.data.language import detect_language
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.data.text_pairs import convert_pairs, text_columns
from chainzoo.data.value_kinds import kind_of

UNKNOWN = frozenset({"unknown", "und"})
NESTED = "translation"
NAMES = (("source", "target"), ("src", "tgt"), ("source", "translation"), ("text", "translation"))


class TranslationConverter(Converter):
    """Texts with their translations."""

    task = "translation"
    priority = 80

    def matches(self, sample: Sequence[Record], columns: Sequence[str]) -> bool:
        """A nested translation, or two columns of texts in different languages."""
        return _infer_columns(sample, columns) is not None

    def convert(
        self, records: Records, sample: Sequence[Record], options: ReadOptions
    ) -> Converted:
        """Build texts with translations; ``text_column`` and ``label_column`` set the direction.

        Raises:
            DataError: a named column is missing, or there are not two columns of texts.
        """
        inferred = _infer_columns(sample, records.columns)
        nested = sample[0].values.get(NESTED)
        if isinstance(nested, Mapping):
            records = replace(records, rows=_flatten(records.rows), columns=tuple(nested))
        elif inferred is None:
            texts = text_columns(sample, records.columns)
            inferred = (texts[0], texts[1]) if len(texts) > 1 else None
        return convert_pairs(records, inferred, options)


CONVERTER = TranslationConverter()


def _infer_columns(sample: Sequence[Record], columns: Sequence[str]) -> tuple[str, str] | None:
    nested = sample[0].values.get(NESTED)
    if isinstance(nested, Mapping) and len(nested) >= 2:
        names = list(nested)
        return names[0], names[1]
    by_lower = {column.lower(): column for column in columns}
    texts = text_columns(sample, columns)
    for source, target in NAMES:
        if by_lower.get(source) in texts and by_lower.get(target) in texts:
            named = by_lower[source], by_lower[target]
            first, second = _languages(sample, named)
            return named if first != second or first in UNKNOWN else None
    if len(texts) < 2 or len(texts) < len(columns) - 1:
        return None
    first, second = _languages(sample, texts[:2])
    if any(kind_of(sample, name) == "word" for name in texts[:2]):
        return None  # Symbols and names of things.
    differ = first != second and UNKNOWN.isdisjoint((first, second))
    return (texts[0], texts[1]) if differ else None


def _languages(sample: Sequence[Record], columns: Sequence[str]) -> list[str]:
    texts = ([as_text(record.values.get(column)) for record in sample] for column in columns)
    return [detect_language(column_texts).code for column_texts in texts]


def _flatten(rows: Iterator[Record]) -> Iterator[Record]:
    for record in rows:
        yield replace(record, values=record.values.get(NESTED) or {})
