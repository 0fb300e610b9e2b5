"""Records as questions about contexts: SQuAD's nested articles (v1, v2, XQuAD, CMRC) or flat rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chainzoo.data.cells import as_text, is_list, is_missing
from chainzoo.data.columns import find_column
from chainzoo.data.converters.converter import Converted, Converter
from chainzoo.data.examples import QuestionExample
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

ARTICLE = "paragraphs"
QUESTION = "question"
CONTEXTS = ("context", "passage", "paragraph", "document")
ANSWERS = ("answers", "answer", "answer_text")

Answer = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class _Row:
    """One question as it is written; ``answers`` is ``None`` if the answer is unknown."""

    record: Record
    question: str
    context: str
    answers: list[Answer] | None
    id: str


class QuestionAnsweringConverter(Converter):
    """Questions about contexts, with answers that occur in the context."""

    task = "question-answering"
    priority = 40

    def matches(self, sample: Sequence[Record], columns: Sequence[str]) -> bool:
        """Articles with paragraphs, or rows with a question and a context."""
        return ARTICLE in columns or (QUESTION in columns and any(c in columns for c in CONTEXTS))

    def convert(
        self, records: Records, sample: Sequence[Record], options: ReadOptions
    ) -> Converted:
        """Build one example a question; ``line`` is the question's number.

        Answers that do not occur in the context are left out. Warnings count the questions that
        have no other answer, and the rows without a question or a context.

        Raises:
            DataError: a column is missing, or an answer's position is not a number.
        """
        columns = records.columns
        if ARTICLE in columns:
            names = {"articles": ARTICLE}
            rows = _from_articles(records.rows)
        else:
            context = find_column(options.text_column, columns, "text_column")
            context = context or next((c for c in CONTEXTS if c in columns), None)
            if context is None or QUESTION not in columns:
                raise DataError(
                    f"expected a column of questions and one of contexts, found"
                    f" {', '.join(columns)}.",
                    remedy="Name the columns question, context and answers, or name the context"
                    " with --text-column.",
                )
            answers = find_column(options.label_column, columns, "label_column")
            answers = answers or next((c for c in ANSWERS if c in columns), "")
            names = {"question": QUESTION, "context": context, "answers": answers}
            rows = _from_flat_rows(records.rows, context, answers)
        warnings: list[str] = []
        return Converted(_stream(rows, warnings), warnings=warnings, columns=names, min_labels=0)


CONVERTER = QuestionAnsweringConverter()


def _from_articles(records: Iterable[Record]) -> Iterator[_Row]:
    """Walk articles, paragraphs and questions; questions are numbered from 1 over all of them."""
    number = 0
    for article in records:
        for paragraph in article.values.get(ARTICLE) or ():
            context = str(paragraph.get("context") or "")
            for entry in paragraph.get("qas") or ():
                number += 1
                record = Record(number, {}, article.split)
                question, name = str(entry.get("question") or ""), str(entry.get("id") or "")
                yield _Row(record, question, context, _nested_answers(entry, record), name)


def _nested_answers(entry: Mapping[str, Any], record: Record) -> list[Answer] | None:
    if entry.get("is_impossible"):
        return []
    answers = _parse_answers(entry.get("answers"), record)
    return answers if answers or "is_impossible" in entry or "answers" in entry else None


def _from_flat_rows(records: Iterable[Record], context: str, answers: str) -> Iterator[_Row]:
    for record in records:
        values = record.values
        parsed = _parse_answers(values.get(answers), record) if answers in values else None
        start = values.get("answer_start")
        if parsed and not is_missing(start):
            parsed = [(parsed[0][0], _position(start, record)), *parsed[1:]]
        question, text = as_text(values.get(QUESTION)), as_text(values.get(context))
        yield _Row(record, question, text, parsed, str(values.get("id") or ""))


def _parse_answers(value: Any, record: Record) -> list[Answer]:
    """Return the answers in a cell, in any of the forms in which data sets write them."""
    if isinstance(value, Mapping) and is_list(value.get("text")):
        texts, starts = list(value["text"]), value.get("answer_start")
        positions = list(starts) if starts is not None else [None] * len(texts)
        return [
            (str(text), _position(start, record))
            for text, start in zip(texts, positions, strict=False)
        ]
    if isinstance(value, Mapping):
        start = value.get("answer_start", value.get("start"))
        return [(str(value.get("text") or ""), _position(start, record))]
    if is_list(value):
        return [answer for item in value for answer in _parse_answers(item, record)]
    text = as_text(value)
    return [(text, None)] if text else []


def _position(value: Any, record: Record) -> int | None:
    try:
        return None if value is None else int(value)
    except (TypeError, ValueError):
        raise DataError(
            f"expected the position of an answer, found {str(value)[:40]!r}.",
            line=record.line,
            field="answer_start",
            remedy="Give the number of characters before the answer, or leave it out.",
        ) from None


def _stream(rows: Iterator[_Row], warnings: list[str]) -> Iterator[QuestionExample]:
    lost = empty = 0
    for row in rows:
        if not row.question.strip() or not row.context.strip():
            empty += 1
            continue
        answers = None
        if row.answers is not None:
            located = (_locate(text, start, row.context) for text, start in row.answers)
            answers = tuple(dict.fromkeys(answer for answer in located if answer))
            if row.answers and not answers:
                lost += 1
                continue
        record = row.record
        yield QuestionExample(row.question, row.context, answers, row.id, record.split, record.line)
    if empty:
        warnings.append(f"{empty} rows lack the question or the context; they are left out.")
    if lost:
        warnings.append(
            f"{lost} questions have no answer that occurs in their context; they are left out."
        )


def _locate(text: str, start: int | None, context: str) -> tuple[str, int] | None:
    """Return the answer and its position: the given one, or the occurrence nearest to it."""
    if not text.strip():
        return None
    if start is not None and context[start : start + len(text)] == text:
        return text, start
    positions, at = [], context.find(text)
    while at >= 0:
        positions.append(at)
        at = context.find(text, at + 1)
    if not positions:
        return None
    return text, min(positions, key=lambda position: abs(position - (start or 0)))
