"""Records as long texts with short ones that say the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chainzoo.data.converters import Converted
from chainzoo.data.converters.text_pairs import (
    is_chinese,
    mean_length,
    mean_target_length,
    pairs,
    text_columns,
)
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record, Records

SHORTER = 3.0  # Times that a text is longer than its summary, at least.
SOURCES = ("article", "document", "source", "abstract", "text", "body", "content", "dialogue")
TARGETS = ("summary", "highlights", "tldr", "target", "headline", "title", "abstract")


def matches(sample: Sequence[Record], columns: Sequence[str]) -> bool:
    """Two columns of texts in one script, one of them much shorter."""
    return _columns(sample, columns) is not None


def _columns(sample: Sequence[Record], columns: Sequence[str]) -> tuple[str, str] | None:
    lower = {column.lower(): column for column in columns}
    found = text_columns(sample, columns)
    source = next((lower[n] for n in SOURCES if lower.get(n) in found), None)
    target = next((lower[n] for n in TARGETS if lower.get(n) in found and lower[n] != source), None)
    if not (source and target):
        if len(found) != 2 or not all(name.startswith("column ") for name in columns):
            return None
        source, target = sorted(found, key=lambda name: -mean_length(sample, name))
    longer = mean_length(sample, source) / max(mean_target_length(sample, target), 1)
    same_script = is_chinese(sample, source) == is_chinese(sample, target)
    return (source, target) if longer >= SHORTER and same_script else None


def examples(
    rows: Iterable[Record], sample: Sequence[Record], records: Records, options: ReadOptions
) -> Converted:
    """Texts with their summaries; several summaries of one text are all right."""
    found = _columns(sample, records.columns)
    if found is None:
        texts = text_columns(sample, records.columns)
        texts.sort(key=lambda name: -mean_length(sample, name))
        found = (texts[0], texts[1]) if len(texts) > 1 else None
    return pairs(rows, sample, records.columns, found, options)
