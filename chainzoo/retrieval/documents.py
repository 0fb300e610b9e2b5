"""Files as documents: text with where it stands, for citations."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from langchain_core.documents import Document

from chainzoo.errors import DataError

HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$", re.MULTILINE)


def read_documents(path: Path) -> list[Document]:
    """The documents in a file: one a page, a row, a section, or the file.

    Raises:
        DataError: the file is of no kind that is read, or cannot be read.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(
            "files of this kind are not read.",
            file=path,
            remedy=f"Known are {', '.join(sorted(READERS))}.",
        )
    try:
        found = [doc for doc in reader(path) if doc.page_content.strip()]
    except DataError:
        raise
    except Exception as error:  # Each library has errors of its own for a broken file.
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(
            f"cannot be read: {said}.", file=path, remedy="Open and save it anew."
        ) from None
    if not found:
        raise DataError("there is no text in it.", file=path, remedy="Scans need OCR first.")
    return found


def _document(path: Path, text: str, **where: Any) -> Document:
    return Document(page_content=text, metadata={"source": str(path), **where})


def _text(path: Path) -> str:
    from chainzoo.data.encoding import detect_encoding

    return path.read_text(encoding=detect_encoding(path).name)


def _plain(path: Path) -> Iterator[Document]:
    yield _document(path, _text(path))


def _markdown(path: Path) -> Iterator[Document]:
    """A document a section, with its heading."""
    text = _text(path)
    starts = [0, *(match.start() for match in HEADING.finditer(text)), len(text)]
    for start, end in itertools.pairwise(starts):
        part = text[start:end]
        heading = HEADING.match(part)
        line = text.count("\n", 0, start) + 1
        yield _document(path, part, line=line, **({"heading": heading.group(2)} if heading else {}))


def _html(path: Path) -> Iterator[Document]:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(path.read_bytes(), "html.parser")
    for tag in soup(["script", "style", "nav", "template"]):
        tag.decompose()
    title = soup.title.get_text(strip=True) if soup.title else None
    text = re.sub(r"\n\s*\n+", "\n\n", soup.get_text("\n", strip=True))
    yield _document(path, text, **({"heading": title} if title else {}))


def _pdf(path: Path) -> Iterator[Document]:
    from pypdf import PdfReader

    for number, page in enumerate(PdfReader(path).pages, start=1):
        yield _document(path, page.extract_text(), page=number)


def _docx(path: Path) -> Iterator[Document]:
    import docx

    heading: str | None = None
    lines: list[str] = []
    for paragraph in docx.Document(str(path)).paragraphs:
        if str(getattr(paragraph.style, "name", "")).startswith("Heading") and paragraph.text:
            if lines:
                yield _document(path, "\n".join(lines), **({"heading": heading} if heading else {}))
            heading, lines = paragraph.text, []
        lines.append(paragraph.text)
    yield _document(path, "\n".join(lines), **({"heading": heading} if heading else {}))


def _rows(path: Path) -> Iterator[Document]:
    from chainzoo.data import ReadOptions
    from chainzoo.data.rows import open_records

    for record in open_records(path, ReadOptions(header=True)).rows:
        text = "\n".join(f"{name}: {value}" for name, value in record.values.items() if value)
        yield _document(path, text, row=record.line)


READERS: dict[str, Callable[[Path], Iterator[Document]]] = {
    ".txt": _plain,
    ".md": _markdown,
    ".markdown": _markdown,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
    ".docx": _docx,
    ".csv": _rows,
    ".tsv": _rows,
}
