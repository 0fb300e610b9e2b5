"""Read files as documents: text with its place, for citations."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from langchain_core.documents import Document

from chainzoo.errors import DataError, first_line

HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$", re.MULTILINE)


def read_documents(path: Path) -> list[Document]:
    """The documents in a file: one for each page, row or section, or one for the file.

    Raises:
        DataError: the file's format is not supported, or the file cannot be read or has no text.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(
            "files of this format are not supported.",
            file=path,
            remedy=f"Supported are {', '.join(sorted(READERS))}.",
        )
    try:
        documents = [doc for doc in reader(path) if doc.page_content.strip()]
    except DataError:
        raise
    except Exception as error:  # Each library has errors of its own for a broken file.
        reason = first_line(error)
        raise DataError(
            f"cannot be read: {reason}.", file=path, remedy="Open it and save it again."
        ) from None
    if not documents:
        raise DataError("there is no text in it.", file=path, remedy="Scans need OCR first.")
    return documents


def _document(path: Path, text: str, **location: Any) -> Document:
    known = {name: value for name, value in location.items() if value is not None}
    return Document(page_content=text, metadata={"source": str(path), **known})


def _decode(path: Path) -> str:
    from chainzoo.data.encoding import detect_encoding

    return path.read_text(encoding=detect_encoding(path).name)


def _read_text(path: Path) -> Iterator[Document]:
    yield _document(path, _decode(path))


def _read_markdown(path: Path) -> Iterator[Document]:
    """A document for each section, with its heading and line."""
    text = _decode(path)
    starts = [0, *(match.start() for match in HEADING.finditer(text)), len(text)]
    for start, end in itertools.pairwise(starts):
        part = text[start:end]
        heading = HEADING.match(part)
        line = text.count("\n", 0, start) + 1
        yield _document(path, part, line=line, heading=heading.group(2) if heading else None)


def _read_html(path: Path) -> Iterator[Document]:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(path.read_bytes(), "html.parser")
    for tag in soup(["script", "style", "nav", "template"]):
        tag.decompose()
    title = soup.title.get_text(strip=True) if soup.title else None
    text = re.sub(r"\n\s*\n+", "\n\n", soup.get_text("\n", strip=True))
    yield _document(path, text, heading=title or None)


def _read_pdf(path: Path) -> Iterator[Document]:
    from pypdf import PdfReader

    for number, page in enumerate(PdfReader(path).pages, start=1):
        yield _document(path, page.extract_text(), page=number)


def _read_docx(path: Path) -> Iterator[Document]:
    import docx

    heading: str | None = None
    lines: list[str] = []
    for paragraph in docx.Document(str(path)).paragraphs:
        if str(getattr(paragraph.style, "name", "")).startswith("Heading") and paragraph.text:
            if lines:
                yield _document(path, "\n".join(lines), heading=heading)
            heading, lines = paragraph.text, []
        lines.append(paragraph.text)
    yield _document(path, "\n".join(lines), heading=heading)


def _read_rows(path: Path) -> Iterator[Document]:
    from chainzoo.data import ReadOptions
    from chainzoo.data.rows import open_records

    for record in open_records(path, ReadOptions(header=True)).rows:
        text = "\n".join(f"{name}: {value}" for name, value in record.values.items() if value)
        yield _document(path, text, row=record.line)


READERS: dict[str, Callable[[Path], Iterator[Document]]] = {
    ".txt": _read_text,
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".pdf": _read_pdf,
    ".docx": _read_docx,
    ".csv": _read_rows,
    ".tsv": _read_rows,
}
