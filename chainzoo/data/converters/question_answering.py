"""Records as questions on contexts: SQuAD's nested articles (v1, v2, XQuAD, CMRC), or flat rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chainzoo.data.cells import as_text, is_list
from chainzoo.data.converters import Converted
from chainzoo.data.examples import QuestionExample
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record, Records

ARTICLE = "paragraphs"
CONTEXTS = ("context", "passage", "paragraph", "document")
ANSWERS = ("answers", "answer", "answer_text")


def matches(sample: Sequence[Record], columns: Sequence[str]) -> bool:
    """Articles with paragraphs, or rows with a question and a context."""
    return ARTICLE in columns or ("question" in columns and any(c in columns for c in CONTEXTS))


def examples(
    rows: Iterable[Record], sample: Sequence[Record], records: Records, options: ReadOptions
) -> Converted:
    """A row for each question; ``line`` is its number. Answers that are not in the context are
    left out, and the rows that have no other are counted in a warning.

    A row without a question or a context is left out as well.
    """
    converted = Converted(iter(()), fewest_labels=0)
    if ARTICLE in records.columns:
        converted.columns = {"articles": ARTICLE}
        found = _nested(rows)
    else:
        context = options.text_column or next(c for c in CONTEXTS if c in records.columns)
        answers = options.label_column or next((c for c in ANSWERS if c in records.columns), "")
        converted.columns = {"question": "question", "context": context, "answers": answers}
        found = _flat(rows, context, answers)
    converted.examples = _stream(found, converted)
    return converted


Found = Iterator[tuple[Record, str, str, list[tuple[str, int | None]] | None, str]]


def _nested(rows: Iterable[Record]) -> Found:
    """Article, paragraph, question; numbered from 1 over all of them."""
    number = 0
    for record in rows:
        for paragraph in record.values.get(ARTICLE) or ():
            context = str(paragraph.get("context") or "")
            for asked in paragraph.get("qas") or ():
                number += 1
                at = Record(number, {}, record.split)
                answers: list[tuple[str, int | None]] | None = _listed(asked.get("answers"))
                if asked.get("is_impossible"):
                    answers = []
                elif not answers and "is_impossible" not in asked:
                    answers = None if "answers" not in asked else []
                question, name = str(asked.get("question") or ""), str(asked.get("id") or "")
                yield at, question, context, answers, name


def _flat(rows: Iterable[Record], context: str, answers: str) -> Found:
    for record in rows:
        values = record.values
        told = _listed(values.get(answers)) if answers in values else None
        if told and values.get("answer_start") not in (None, ""):
            told = [(told[0][0], int(values["answer_start"])), *told[1:]]
        text = as_text(values.get(context))
        yield record, as_text(values.get("question")), text, told, str(values.get("id") or "")


def _listed(value: Any) -> list[tuple[str, int | None]]:
    """Answers in any of the ways that they are written."""
    if isinstance(value, Mapping) and is_list(value.get("text")):
        starts = value.get("answer_start")
        places = list(starts) if starts is not None else [None] * len(value["text"])
        return [(str(t), None if s is None else int(s)) for t, s in zip(value["text"], places)]  # noqa: B905
    if isinstance(value, Mapping):
        start = value.get("answer_start", value.get("start"))
        return [(str(value.get("text") or ""), None if start is None else int(start))]
    if is_list(value):
        return [answer for item in value for answer in _listed(item)]
    text = as_text(value)
    return [(text, None)] if text else []


def _stream(found: Found, converted: Converted) -> Iterator[QuestionExample]:
    lost = empty = 0
    for record, question, context, told, name in found:
        if not question.strip() or not context.strip():
            empty += 1
            continue
        answers = None
        if told is not None:
            placed = (_placed(text, start, context) for text, start in told)
            answers = tuple(dict.fromkeys(answer for answer in placed if answer))
            if told and not answers:
                lost += 1
                continue
        yield QuestionExample(question, context, answers, name, record.split, record.line)
    if empty:
        converted.warnings.append(f"{empty} rows lack the question or the context; left out.")
    if lost:
        converted.warnings.append(
            f"{lost} questions have no answer that stands in their context; they are left out."
        )


def _placed(text: str, start: int | None, context: str) -> tuple[str, int] | None:
    """The answer where it stands: as told, or else at its occurrence that is nearest to that."""
    if not text.strip():
        return None
    if start is not None and context[start : start + len(text)] == text:
        return text, start
    places, at = [], context.find(text)
    while at >= 0:
        places.append(at)
        at = context.find(text, at + 1)
    return (text, min(places, key=lambda place: abs(place - (start or 0)))) if places else None
