"""Records as long texts with short summaries."""

from __future__ import annotations

from collections.abc import Sequence

from chainzoo.data.cells import as_text
from chainzoo.data.columns import LABEL_NAMES
from chainzoo.data.converters.converter import Converted, Converter
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.data.text_pairs import (
    convert_pairs,
    is_cjk,
    mean_length,
    mean_target_length,
    text_columns,
)

MIN_RATIO = 3.0  # How many times longer than its summary a text is, at least.
SOURCES = ("article", "document", "source", "abstract", "text", "body", "content", "dialogue")
TARGETS = ("summary", "highlights", "tldr", "target", "headline", "title", "abstract")


class SummarizationConverter(Converter):
    """Texts with one or several summaries."""

    task = "summarization"
    priority = 70

    def matches(self, sample: Sequence[Record], columns: Sequence[str]) -> bool:
        """Two columns of texts in one script, one of them much shorter."""
        if any(_holds_labels(sample, column) for column in columns):
            return False  # A title and a text that have a label.
        return _infer_columns(sample, columns) is not None

    def convert(
        self, records: Records, sample: Sequence[Record], options: ReadOptions
    ) -> Converted:
        """Build texts with their summaries; several summaries of one text are equally good.

        Raises:
            DataError: a named column is missing, or there are not two columns of texts.
        """
        inferred = _infer_columns(sample, records.columns)
        if inferred is None:
            texts = text_columns(sample, records.columns)
            texts.sort(key=lambda name: -mean_length(sample, name))
            inferred = (texts[0], texts[1]) if len(texts) > 1 else None
        return convert_pairs(records, inferred, options)


CONVERTER = SummarizationConverter()


def _infer_columns(sample: Sequence[Record], columns: Sequence[str]) -> tuple[str, str] | None:
    by_lower = {column.lower(): column for column in columns}
    texts = text_columns(sample, columns)
    source = next((by_lower[n] for n in SOURCES if by_lower.get(n) in texts), None)
    targets = (by_lower[n] for n in TARGETS if by_lower.get(n) in texts)
    target = next((name for name in targets if name != source), None)
    if not (source and target):
        if len(texts) != 2 or not all(name.startswith("column ") for name in columns):
            return None
        source, target = sorted(texts, key=lambda name: -mean_length(sample, name))
    ratio = mean_length(sample, source) / max(mean_target_length(sample, target), 1)
    same_script = is_cjk(sample, source) == is_cjk(sample, target)
    return (source, target) if ratio >= MIN_RATIO and same_script else None


def _holds_labels(sample: Sequence[Record], column: str) -> bool:
    """Return whether a column is named as one of labels and has few values that repeat."""
    if column.lower() not in LABEL_NAMES:
        return False
    values = [as_text(record.values.get(column)) for record in sample]
    return 1 < len({value for value in values if value}) <= 0.5 * len(values)
