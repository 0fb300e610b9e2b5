"""FAQ files, documents and past replies as entries of knowledge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from chains.customer_service.history import column
from chains.customer_service.knowledge import Entry, language_of_text, sentences
from chains.customer_service.privacy import mask
from chainzoo import DataError, read_passages, read_rows

QUESTIONS = ("question", "q", "title", "ask", "query")
ANSWERS = ("answer", "a", "reply", "response", "text")
LANGUAGES = ("language", "lang")


def faq_entries(path: str | Path, usual: str) -> list[Entry]:
    """The entries of a table with questions and answers; the same one twice is one.

    Raises:
        DataError: there are no such columns, or no rows.
    """
    rows = list(read_rows(path))
    columns = list(dict.fromkeys(name for row in rows for name in row))
    asked, answered = column(columns, QUESTIONS), column(columns, ANSWERS)
    if asked is None or answered is None:
        raise DataError(
            f"there are no columns with questions and answers; there are {', '.join(columns)}.",
            file=path,
            remedy="Name two of them question and answer.",
        )
    display_name = column(columns, LANGUAGES)
    found: dict[tuple[str, str], Entry] = {}
    for at, row in enumerate(rows, start=1):
        question, answer = (" ".join(str(row.get(n) or "").split()) for n in (asked, answered))
        if not question or not answer:
            continue
        told = str(row.get(display_name) or "").strip().lower() if display_name else ""
        language = told or language_of_text(f"{question} {answer}", usual)
        cited = f"{Path(path).name}, entry {at}"
        entry = Entry("faq", mask(question), answer, cited, language)
        found.setdefault((entry.question.lower(), entry.answer), entry)
    if not found:
        raise DataError("there are no entries in it.", file=path, remedy="Give questions.")
    return list(found.values())


def document_entries(path: str | Path, usual: str) -> list[Entry]:
    """The passages of a file or a folder."""
    return [
        Entry(
            "document",
            str(passage.metadata.get("heading", "")),
            passage.text,
            passage.citation,
            language_of_text(passage.text, usual),
        )
        for passage in read_passages(path)
        if sentences(passage.text)
    ]


def reply_entries(pairs: Sequence[tuple[str, str]], name: str, usual: str) -> Iterator[Entry]:
    """Questions of customers with the replies that several of them got."""
    for question, reply in pairs:
        language = language_of_text(f"{question} {reply}", usual)
        yield Entry("history", question, reply, f"{name}, past reply", language)
