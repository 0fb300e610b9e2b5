"""Write extracted facts to files. A file is replaced only once all of it was written."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from chains.information_extraction.facts import DocumentFacts
from chainzoo import ChainZooError, DataError, atomic

COLUMNS = ("head", "head_type", "relation", "tail", "tail_type", "score", "evidence", "source")
TABLE_FORMATS = (".csv", ".jsonl")
GRAPH_FORMATS = (".json", ".graphml")


@contextmanager
def atomic_output(path: Path) -> Iterator[Path]:
    """Yield a temporary path; replace ``path`` with it when the block ends without an error.

    Raises:
        DataError: the file cannot be written; an existing file is unchanged.
    """
    try:
        with atomic.file(path) as tmp_path:
            yield tmp_path
    except OSError as error:
        if isinstance(error, ChainZooError):
            raise
        raise DataError(
            f"cannot be written: {error}.", file=path, remedy="Choose another path."
        ) from None


def is_table(path: Path) -> bool:
    """Return whether a path names a table rather than a graph."""
    return path.suffix.lower() in TABLE_FORMATS


def check_format(path: Path) -> None:
    """Check that the suffix names a known format.

    Raises:
        DataError: the suffix is unknown.
    """
    formats = (*TABLE_FORMATS, *GRAPH_FORMATS)
    if path.suffix.lower() not in formats:
        raise DataError(
            f"the name ends in {path.suffix or 'nothing'!r}.",
            file=path,
            remedy=f"End it in {', '.join(formats)}.",
        )


def write_table(path: Path, documents: Iterable[DocumentFacts]) -> None:
    """Write one row a fact (CSV) or one line a document (JSON Lines), in constant memory."""
    as_json_lines = path.suffix.lower() == ".jsonl"
    with (
        atomic_output(path) as tmp_path,
        tmp_path.open("w", encoding="utf-8", newline="") as file,
    ):
        if as_json_lines:
            _write_json_lines(file, documents)
        else:
            _write_csv(file, documents)


def _write_json_lines(file: TextIO, documents: Iterable[DocumentFacts]) -> None:
    file.writelines(
        json.dumps(document.as_dict(), ensure_ascii=False) + "\n" for document in documents
    )


def _write_csv(file: TextIO, documents: Iterable[DocumentFacts]) -> None:
    table = csv.writer(file)
    table.writerow(COLUMNS)
    for document in documents:
        table.writerows(fact_rows(document))


def fact_rows(document: DocumentFacts) -> Iterator[tuple[Any, ...]]:
    """Yield the values of ``COLUMNS`` for each fact of a document."""
    source = document.metadata.get("source", "")
    for fact in document.facts:
        head, tail = fact.head, fact.tail
        yield (
            head.text, head.type, fact.relation, tail.text, tail.type, round(fact.score, 4),
            fact.evidence, source,
        )  # fmt: skip
