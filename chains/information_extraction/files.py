"""What is extracted, into files: written beside, then put in place; tables row by row."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from chains.information_extraction.extractor import DocumentFacts
from chainzoo import DataError

COLUMNS = ("head", "head_type", "relation", "tail", "tail_type", "score", "evidence", "source")
FORMATS = (".csv", ".jsonl", ".json", ".graphml")


def beside(path: Path, write: Callable[[Path], Any]) -> None:
    """Let ``write`` fill a file beside ``path``, and put it in its place when it is whole."""
    part = path.with_name(f".{path.name}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        os.replace(part, path)
    except OSError as error:
        raise DataError(
            f"cannot be written: {error}.", file=path, remedy="Choose another."
        ) from None
    finally:
        part.unlink(missing_ok=True)


def check_format(path: Path) -> None:
    """Raise ``DataError`` where the name says no form that is written."""
    if path.suffix.lower() not in FORMATS:
        raise DataError(
            f"the name ends in {path.suffix or 'nothing'!r}.",
            file=path,
            remedy=f"End it in {', '.join(FORMATS)}.",
        )


def write_rows(path: Path, documents: Iterable[DocumentFacts]) -> None:
    """A table of facts (CSV), or a document a line (JSON Lines), as they come."""

    def fill(at: Path) -> None:
        with at.open("w", encoding="utf-8", newline="") as file:
            if path.suffix.lower() == ".jsonl":
                for found in documents:
                    file.write(json.dumps(found.as_dict(), ensure_ascii=False) + "\n")
                return
            table = csv.writer(file)
            table.writerow(COLUMNS)
            for found in documents:
                table.writerows(rows_of(found))

    beside(path, fill)


def rows_of(found: DocumentFacts) -> Iterator[tuple[Any, ...]]:
    """A row a fact."""
    source = found.where.get("source", "")
    for fact in found.facts:
        head, tail = fact.head, fact.tail
        yield (
            head.text, head.type, fact.relation, tail.text, tail.type, round(fact.score, 4),
            fact.evidence, source,
        )  # fmt: skip
