"""Records as a query, an item and the item's relevance."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from chainzoo.data.cells import as_label, as_text, is_missing
from chainzoo.data.columns import first_column
from chainzoo.data.converters.converter import Converted, Converter
from chainzoo.data.examples import RankedPair
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

QUERIES = ("query", "question", "person", "user", "history", "sentence1", "anchor", "text1")
ITEMS = ("item", "document", "passage", "candidate", "product", "sentence2", "text2", "positive")
SCORES = ("score", "relevance", "relevant", "label", "rating", "grade", "similarity")
SCORE_WORDS = {
    "true": 1.0,
    "yes": 1.0,
    "relevant": 1.0,
    "false": 0.0,
    "no": 0.0,
    "irrelevant": 0.0,
}


class TextRankingConverter(Converter):
    """Pairs of a query and an item with a score."""

    task = "text-ranking"
    priority = 60

    def matches(self, sample: Sequence[Record], columns: Sequence[str]) -> bool:
        """Columns with usual names, the scores all numbers or yes and no."""
        query, item, score = _column_names(columns, ReadOptions())
        if not (query and item and score):
            return False
        return all(_parse_score(r.values.get(score)) is not None for r in sample)

    def convert(
        self, records: Records, sample: Sequence[Record], options: ReadOptions
    ) -> Converted:
        """Build pairs with their score; ``text_column`` may name both columns: ``query,item``.

        Raises:
            DataError: a column is missing, or a score is not a number; its line is named.
        """
        names = _column_names(records.columns, options)
        missing = [name or "one" for name in names if name not in records.columns]
        if missing:
            raise DataError(
                f"expected columns of queries, items and scores; {missing[0]} is not among"
                f" {', '.join(records.columns)}.",
                remedy="Name them: --text-column QUERY,ITEM --label-column SCORE.",
            )
        query, item, score = names
        warnings: list[str] = []
        return Converted(
            _stream(records.rows, names, warnings),
            inferred=[
                InferredOption("query column", query, "its name", "text_column"),
                InferredOption("item column", item, "its name", "text_column"),
                InferredOption("score column", score, "its name", "label_column"),
            ],
            warnings=warnings,
            columns={"query": query, "item": item, "score": score},
            min_labels=0,
        )


CONVERTER = TextRankingConverter()


def _column_names(columns: Sequence[str], options: ReadOptions) -> tuple[str, str, str]:
    """Return the columns of queries, items and scores; ``""`` for one that does not exist."""
    named = [name.strip() for name in (options.text_column or "").split(",")]
    query = named[0] or first_column(QUERIES, columns) or ""
    item = named[1] if len(named) > 1 else first_column(ITEMS, columns) or ""
    return query, item, options.label_column or first_column(SCORES, columns) or ""


def _stream(
    rows: Iterator[Record], names: tuple[str, str, str], warnings: list[str]
) -> Iterator[RankedPair]:
    empty = 0
    for record in rows:
        query, item = as_text(record.values.get(names[0])), as_text(record.values.get(names[1]))
        value = record.values.get(names[2])
        if not query or not item or is_missing(value):
            empty += 1
            continue
        score = _parse_score(value)
        if score is None:
            raise DataError(
                f"the score {str(value)[:40]!r} is not a number.",
                line=record.line,
                field=names[2],
                remedy="Give numbers, or 1 for relevant items and 0 for all others.",
            )
        yield RankedPair(query, item, score, record.split, record.line)
    if empty:
        warnings.append(f"{empty} rows lack a query, an item or a score; they are left out.")


def _parse_score(value: object) -> float | None:
    text = as_label(value).lower()
    if text in SCORE_WORDS:
        return SCORE_WORDS[text]
    try:
        score = float(text)
    except ValueError:
        return None
    return score if math.isfinite(score) else None
