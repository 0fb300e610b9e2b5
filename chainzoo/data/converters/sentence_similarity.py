"""Records as pairs of texts that belong together, or that have a score of how similar they are.

Read are anchors with positives and negatives (one a cell, or lists), two texts with a score, and
what other converters read as two texts: questions with answers, texts with summaries, ranked pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from chainzoo.data.cells import as_text, is_list
from chainzoo.data.columns import find_column, first_column
from chainzoo.data.converters.converter import Converted, Converter
from chainzoo.data.converters.dialogue import CONVERTER as DIALOGUE
from chainzoo.data.converters.summarization import CONVERTER as SUMMARIZATION
from chainzoo.data.converters.text_ranking import CONVERTER as RANKING
from chainzoo.data.converters.text_ranking import SCORES
from chainzoo.data.converters.translation import CONVERTER as TRANSLATION
from chainzoo.data.examples import Conversation, RankedPair, SimilarityExample, TextPair
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

ANCHORS = ("anchor", "query", "question", "sentence1", "text1", "text", "premise", "title")
POSITIVES = ("positive", "positives", "pos", "entailment", "similar")
SECOND_TEXTS = ("sentence2", "text2")
NEGATIVES = ("negative", "negatives", "neg", "hard_negative", "hard_negatives", "contradiction")
POSITIVE_SCORE = 1.0  # Of pairs that belong together: the same for all of them.
OTHERS: tuple[Converter, ...] = (RANKING, DIALOGUE, SUMMARIZATION, TRANSLATION)


class SentenceSimilarityConverter(Converter):
    """Pairs of texts."""

    task = "sentence-similarity"
    priority = 45

    def matches(self, sample: Sequence[Record], columns: Sequence[str]) -> bool:
        """Columns named as anchors and positives, or two texts without a score."""
        anchor, positive = first_column(ANCHORS, columns), first_column(POSITIVES, columns)
        second = first_column(SECOND_TEXTS, columns)
        has_score = first_column(SCORES, columns) is not None
        return bool(anchor and (positive or (second and not has_score)))

    def convert(
        self, records: Records, sample: Sequence[Record], options: ReadOptions
    ) -> Converted:
        """Build pairs.

        ``text_column`` and ``label_column`` may name the columns of both texts; with a score,
        ``text_column`` names both (``TEXT,OTHER``) and ``label_column`` that of the scores.

        Raises:
            DataError: no two columns hold pairs of texts.
        """
        named = [name.strip() for name in (options.text_column or "").split(",")]
        columns = records.columns
        if len(named) > 1 and options.label_column:
            return _convert_others(RANKING, records, sample, options)
        if options.text_column and (len(named) > 1 or options.label_column):
            second = named[1] if len(named) > 1 else str(options.label_column)
            texts = [find_column(n, columns, "text_column") or "" for n in (named[0], second)]
            return _convert_columns(records, texts[0], texts[1])
        if self.matches(sample, columns):
            positive = first_column((*POSITIVES, *SECOND_TEXTS), columns)
            converted = _convert_columns(
                records, str(first_column(ANCHORS, columns)), str(positive)
            )
            converted.inferred = [
                InferredOption(f"{what} column", name, "its name", "text_column")
                for what, name in converted.columns.items()
            ]
            return converted
        for converter in OTHERS:
            if converter.matches(sample, columns):
                return _convert_others(converter, records, sample, options)
        raise DataError(
            f"expected two columns of texts that belong together, found {', '.join(columns)}.",
            remedy="Name them: --text-column TEXT,OTHER, and --label-column SCORE if there is one.",
        )


CONVERTER = SentenceSimilarityConverter()


def _convert_columns(records: Records, anchor: str, positive: str) -> Converted:
    negatives = [name for name in records.columns if _is_negative(name)]
    warnings: list[str] = []
    return Converted(
        _stream(records.rows, anchor, positive, negatives, warnings),
        warnings=warnings,
        columns={"text": anchor, "similar text": positive},
        min_labels=0,
    )


def _is_negative(column: str) -> bool:
    """Whether a column is named as one of negatives; several may be numbered."""
    return column.lower().rstrip("0123456789").rstrip("_ ") in NEGATIVES


def _stream(
    rows: Iterator[Record],
    anchor: str,
    positive: str,
    negatives: Sequence[str],
    warnings: list[str],
) -> Iterator[SimilarityExample]:
    empty = 0
    for record in rows:
        text = as_text(record.values.get(anchor))
        positives = _texts(record.values.get(positive))
        others = tuple(t for name in negatives for t in _texts(record.values.get(name)))
        if not text or not positives:
            empty += 1
            continue
        for other in positives:
            yield SimilarityExample(text, other, POSITIVE_SCORE, others, record.split, record.line)
    if empty:
        warnings.append(f"{empty} rows lack one of the two texts; they are left out.")


def _texts(value: Any) -> list[str]:
    texts = [as_text(item) for item in (value if is_list(value) else [value])]
    return [text for text in texts if text]


def _convert_others(
    converter: Converter, records: Records, sample: Sequence[Record], options: ReadOptions
) -> Converted:
    """Build pairs of the examples of another converter."""
    converted = converter.convert(records, sample, options)
    converted.examples = _pairs(converted.examples)
    converted.min_labels = 0
    return converted


def _pairs(examples: Iterator[Any]) -> Iterator[SimilarityExample]:
    for example in examples:
        score: float | None = POSITIVE_SCORE
        if isinstance(example, RankedPair):
            text, other, score = example.query, example.item, example.score
        elif isinstance(example, TextPair):
            text, other = example.text, example.targets[0]
        elif isinstance(example, Conversation):
            text, other = example.turns[-2].text, example.turns[-1].text
        else:
            continue
        yield SimilarityExample(text, other, score, (), example.split, example.line)
