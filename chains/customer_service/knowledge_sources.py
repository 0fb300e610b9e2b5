"""Load knowledge entries from FAQ tables, documents and past replies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from chains.customer_service.history_reader import find_column
from chains.customer_service.knowledge import KnowledgeEntry
from chains.customer_service.privacy import mask
from chains.customer_service.texts import split_sentences, text_language
from chainzoo import DataError, read_passages, read_rows

QUESTION_COLUMNS = ("question", "q", "title", "ask", "query")
ANSWER_COLUMNS = ("answer", "a", "reply", "response", "text")
LANGUAGE_COLUMNS = ("language", "lang")


def load_faq(path: str | Path, default_language: str) -> list[KnowledgeEntry]:
    """Load the entries of a table with questions and answers, without duplicates.

    Raises:
        DataError: there are no such columns, or no rows.
    """
    rows = list(read_rows(path))
    columns = list(dict.fromkeys(name for row in rows for name in row))
    question_column = find_column(columns, QUESTION_COLUMNS)
    answer_column = find_column(columns, ANSWER_COLUMNS)
    if question_column is None or answer_column is None:
        raise DataError(
            f"there are no columns with questions and answers; there are {', '.join(columns)}.",
            file=path,
            remedy="Name two of them question and answer.",
        )
    language_column = find_column(columns, LANGUAGE_COLUMNS)
    entries: dict[tuple[str, str], KnowledgeEntry] = {}
    for number, row in enumerate(rows, start=1):
        question, answer = (
            " ".join(str(row.get(name) or "").split()) for name in (question_column, answer_column)
        )
        if not question or not answer:
            continue
        language = str(row.get(language_column) or "").strip().lower() if language_column else ""
        language = language or text_language(f"{question} {answer}", default_language)
        citation = f"{Path(path).name}, entry {number}"
        entry = KnowledgeEntry("faq", mask(question), answer, citation, language)
        entries.setdefault((entry.question.lower(), entry.answer), entry)
    if not entries:
        raise DataError("there are no entries in it.", file=path, remedy="Add questions.")
    return list(entries.values())


def load_passages(path: str | Path, default_language: str) -> list[KnowledgeEntry]:
    """Load the passages of a document or of a folder of documents."""
    return [
        KnowledgeEntry(
            "document",
            str(passage.metadata.get("heading", "")),
            passage.text,
            passage.citation,
            text_language(passage.text, default_language),
        )
        for passage in read_passages(path)
        if split_sentences(passage.text)
    ]


def reply_entries(
    pairs: Sequence[tuple[str, str]], name: str, default_language: str
) -> Iterator[KnowledgeEntry]:
    """Yield an entry a (question, reply) pair of the history called ``name``."""
    for question, reply in pairs:
        language = text_language(f"{question} {reply}", default_language)
        yield KnowledgeEntry("history", question, reply, f"{name}, past reply", language)
