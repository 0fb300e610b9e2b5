"""Records as a query, an item and how well they fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from chainzoo.data.cells import as_label, as_text, is_missing
from chainzoo.data.converters import Converted
from chainzoo.data.examples import InferredOption, RankedPair
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

QUERIES = ("query", "question", "person", "user", "history", "sentence1", "anchor", "text1")
ITEMS = ("item", "document", "passage", "candidate", "product", "sentence2", "text2", "positive")
SCORES = ("score", "relevance", "relevant", "label", "rating", "grade", "similarity")
WORDS = {"true": 1.0, "yes": 1.0, "relevant": 1.0, "false": 0.0, "no": 0.0, "irrelevant": 0.0}


def matches(sample: Sequence[Record], columns: Sequence[str]) -> bool:
    """Columns named so, of which the last are numbers or yes and no."""
    query, item, score = _columns(columns, ReadOptions())
    if not (query and item and score):
        return False
    return all(_number(r.values.get(score)) is not None for r in sample)


def _columns(columns: Sequence[str], options: ReadOptions) -> tuple[str, str, str]:
    lower = {column.lower(): column for column in columns}

    def first(names: Sequence[str]) -> str:
        return next((lower[name] for name in names if name in lower), "")

    told = (options.text_column or "").split(",")
    query = told[0].strip() or first(QUERIES)
    item = told[1].strip() if len(told) > 1 else first(ITEMS)
    return query, item, options.label_column or first(SCORES)


def examples(
    rows: Iterable[Record], sample: Sequence[Record], records: Records, options: ReadOptions
) -> Converted:
    """Pairs with their score; ``text_column`` may name both: ``query,item``.

    Raises:
        DataError: a column is missing, or a score is not a number; the line is told.
    """
    names = _columns(records.columns, options)
    missing = [name or "one" for name in names if name not in records.columns]
    if missing:
        raise DataError(
            f"expected columns of queries, items and scores; {missing[0]} is not among"
            f" {', '.join(records.columns)}.",
            remedy="Name them: --text-column QUERY,ITEM --label-column SCORE.",
        )
    converted = Converted(iter(()), fewest_labels=0)
    converted.columns = dict(zip(("query", "item", "score"), names, strict=True))
    flags = ("--text-column", "--text-column", "--label-column")
    converted.guesses = [
        InferredOption(f"{what} column", name, "its name", flag)
        for (what, name), flag in zip(converted.columns.items(), flags, strict=True)
    ]
    converted.examples = _stream(rows, *names, converted)
    return converted


def _stream(
    rows: Iterable[Record], query: str, item: str, score: str, converted: Converted
) -> Iterator[RankedPair]:
    empty = 0
    for record in rows:
        asked, offered = as_text(record.values.get(query)), as_text(record.values.get(item))
        value = record.values.get(score)
        if not asked or not offered or is_missing(value):
            empty += 1
            continue
        number = _number(value)
        if number is None:
            raise DataError(
                f"the score {str(value)[:40]!r} is not a number.",
                line=record.line,
                field=score,
                remedy="Give numbers, or 1 for what fits and 0 for what does not.",
            )
        yield RankedPair(asked, offered, number, record.split, record.line)
    if empty:
        converted.warnings.append(f"{empty} rows lack a query, an item or a score; left out.")


def _number(value: object) -> float | None:
    text = as_label(value).lower()
    if text in WORDS:
        return WORDS[text]
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number == number and abs(number) != float("inf") else None
