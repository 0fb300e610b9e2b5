"""brat's documents: a text and its annotations, cut into the lines that brat shows."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chainzoo.data.encoding import detect_encoding
from chainzoo.data.examples import Span
from chainzoo.data.losses import RowLosses
from chainzoo.data.offsets import resolve_spans
from chainzoo.data.records import Record
from chainzoo.data.span_annotations import AnnotatedSpan
from chainzoo.errors import DataError

ENTITY = re.compile(r"^(\S+) (\d+) (\d+)$")
DISCONTINUOUS = re.compile(r"^\S+ \d+ \d+(?:;\d+ \d+)+$")
RELATION = re.compile(r"^(\S+) \S+?:(\S+) \S+?:(\S+)\s*$")


@dataclass(slots=True)
class _Document:
    """The text, its entities by identifier, and its relations ``(first, second, label)``."""

    text: str
    entities: dict[str, Span] = field(default_factory=dict)
    relations: list[tuple[str, str, str]] = field(default_factory=list)


def is_annotation(line: str) -> bool:
    """Return whether a line is one of an ``.ann`` file: an entity, a relation, an event, a note."""
    parts = line.rstrip("\n").split("\t")
    return len(parts) >= 2 and re.match(r"^[TREAMN#*]\d*$", parts[0]) is not None


def read_brat_document(annotations: Path, losses: RowLosses) -> Iterator[Record]:
    """Yield the lines of a document with the entities and relations in them.

    The lines that one entity or relation reaches over are one row. ``line`` is the first of them.

    Raises:
        DataError: there is no text with the same name, or a line of the annotations is malformed.
    """
    document = _load(annotations, losses)
    starts = [0, *(match.end() for match in re.finditer("\n", document.text))]
    rows = []
    for first, last in _blocks(document, starts):
        begin = starts[first]
        end = starts[last + 1] - 1 if last + 1 < len(starts) else len(document.text)
        rows.append((first + 1, begin, end))
    for line, begin, end in rows:
        text = document.text[begin:end].rstrip("\r")
        if text.strip():
            yield Record(line, _row(document, annotations.stem, text, begin))


def _row(document: _Document, name: str, text: str, begin: int) -> dict[str, Any]:
    inside = {
        key: span
        for key, span in document.entities.items()
        if begin <= span.start and span.end <= begin + len(text)
    }
    entities = [
        {
            "id": key,
            "start_offset": span.start - begin,
            "end_offset": span.end - begin,
            "label": span.label,
        }
        for key, span in inside.items()
    ]
    relations = [
        {"from_id": first, "to_id": second, "type": label}
        for first, second, label in document.relations
        if first in inside and second in inside
    ]
    return {"document": name, "text": text, "entities": entities, "relations": relations}


def _blocks(document: _Document, starts: list[int]) -> list[tuple[int, int]]:
    """Return the first and last line of each row."""
    joined = [False] * len(starts)  # Whether a line belongs to the row of the line before it.

    def join(start: int, end: int) -> None:
        first = bisect.bisect_right(starts, start) - 1
        last = bisect.bisect_right(starts, end - 1) - 1
        joined[first + 1 : last + 1] = [True] * (last - first)

    for span in document.entities.values():
        join(span.start, span.end)
    for first, second, _ in document.relations:
        spans = document.entities[first], document.entities[second]
        join(min(s.start for s in spans), max(s.end for s in spans))
    blocks: list[tuple[int, int]] = []
    for line, is_joined in enumerate(joined):
        blocks[-1:] = [(blocks[-1][0], line)] if is_joined else [*blocks[-1:], (line, line)]
    return blocks


def _load(annotations: Path, losses: RowLosses) -> _Document:
    text_path = annotations.with_suffix(".txt")
    if not text_path.is_file():
        raise DataError(
            f"these are annotations of brat without their text {text_path.name}.",
            file=annotations,
            remedy="Put the text beside them, with the same name and the suffix .txt.",
        )
    document = _Document(_content(text_path))
    links = []
    for number, line in enumerate(_content(annotations).splitlines(), 1):
        parts = line.split("\t")
        if line.startswith("T"):
            _add_entity(document, parts, annotations, number, losses)
        elif line.startswith("R"):
            if len(parts) < 2 or not (match := RELATION.match(parts[1])):
                raise _malformed(annotations, number, line)
            links.append((match[2], match[3], match[1]))
        elif line.startswith("E"):
            losses.add("events are not read, only entities and relations.")
    for first, second, label in links:
        if first in document.entities and second in document.entities:
            document.relations.append((first, second, label))
        else:
            losses.add("relations lack an entity; they are left out.")
    return document


def _add_entity(
    document: _Document, parts: list[str], path: Path, number: int, losses: RowLosses
) -> None:
    if len(parts) > 1 and DISCONTINUOUS.match(parts[1]):
        losses.add("entities consist of several pieces; they are left out.")
        return
    match = ENTITY.match(parts[1]) if len(parts) > 1 else None
    if match is None:
        raise _malformed(path, number, "\t".join(parts))
    expected = parts[2] if len(parts) > 2 else None
    span = AnnotatedSpan(int(match[2]), int(match[3]), match[1], expected)
    for found in resolve_spans(document.text, [span], losses):
        document.entities[parts[0]] = found


def _content(path: Path) -> str:
    """Return the text with its own line ends, which brat counts."""
    if not path.stat().st_size:
        return ""
    try:
        return path.read_bytes().decode(detect_encoding(path).name)
    except UnicodeError as error:
        raise DataError(
            f"the bytes are not text: {error}.", file=path, remedy="Save it again as UTF-8."
        ) from None


def _malformed(path: Path, number: int, line: str) -> DataError:
    return DataError(
        f"expected an annotation of brat, found {line[:40]!r}.",
        file=path,
        line=number,
        remedy="Write entities as T1<TAB>PER 0 4<TAB>text, relations as R1<TAB>Likes Arg1:T1 Arg2:T2.",
    )
