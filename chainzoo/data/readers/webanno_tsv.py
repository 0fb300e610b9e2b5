"""WebAnno TSV 3, the export of INCEpTION and WebAnno: tokens with layers of annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from chainzoo.data.encoding import read_lines
from chainzoo.data.losses import RowLosses
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.readers.reader import FileHead, Reader
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

HEADER = "#FORMAT=WebAnno TSV 3"
SPAN_LAYER, RELATION_LAYER = "#T_SP=", "#T_RL="
TEXT = "#Text="
NAMED_ENTITY = "NamedEntity"
LABEL_FEATURES = ("value", "label", "identifier", "PosValue")
EMPTY = ("_", "*", "")
NUMBERED = re.compile(r"^(.*?)(?:\[(\d+)\])?$", re.DOTALL)
SOURCE = re.compile(r"^(\d+-\d+)(?:\.\d+)?(?:\[(\d+)_(\d+)\])?$")
ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class _Layers:
    """The columns of the labels of entities, and of the type and the source of relations."""

    label: int | None = None
    relation: int | None = None
    source: int | None = None


@dataclass(slots=True)
class _Sentence:
    line: int
    text: str = ""
    rows: list[list[str]] = field(default_factory=list)


class WebAnnoReader(Reader):
    """Files that begin with ``#FORMAT=WebAnno TSV 3``."""

    name = "webanno_tsv"
    priority = 15

    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        """A file with WebAnno's first line."""
        first = next(iter(head.filled_lines), "").lstrip("\ufeff")
        return f"it begins with {HEADER}" if first.startswith(HEADER) else None

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """Return the sentences with ``entities`` and ``relations``.

        ``options.label_column`` names the layer or the feature of the entities, where there are
        several; the layer of named entities is the default.

        Raises:
            DataError: there is no layer of spans, or a row has too few columns.
        """
        layers, title = _layers(head, options)
        losses = RowLosses()
        inferred = (InferredOption("layer", title, "the header of the file", "label_column"),)
        columns = ("text", "entities", "relations")
        return Records(_records(head, layers, losses), columns, inferred, losses)


READER = WebAnnoReader()


def _layers(head: FileHead, options: ReadOptions) -> tuple[_Layers, str]:
    """Return the columns to read and the name of the layer of entities."""
    features: list[tuple[str, str, int]] = []
    relation = source = None
    at = 3  # The columns before are the numbers, the offsets and the token.
    for line in head.lines:
        parts = line.strip().partition("=")[2].split("|")
        if line.startswith(SPAN_LAYER):
            features += [(parts[0], name, at + nth) for nth, name in enumerate(parts[1:])]
        elif line.startswith(RELATION_LAYER):
            names = parts[1:]
            relation = at if relation is None else relation
            source = at + len(names) - 1 if source is None else source
        elif not line.startswith("#") and line.strip():
            break
        else:
            continue
        at += max(len(parts) - 1, 1)
    if not features:
        return _Layers(None, relation, source), "none"
    layer, name, column = max(features, key=lambda each: _preference(each, options.label_column))
    return _Layers(column, relation, source), f"{layer.rpartition('.')[2]}.{name}"


def _preference(feature: tuple[str, str, int], named: str | None) -> tuple[bool, bool, int, int]:
    layer, name, column = feature
    is_named = named is not None and named in (name, layer, layer.rpartition(".")[2])
    rank = LABEL_FEATURES.index(name) if name in LABEL_FEATURES else len(LABEL_FEATURES)
    return is_named, layer.endswith(NAMED_ENTITY), -rank, -column


def _sentences(head: FileHead) -> Iterator[_Sentence]:
    sentence: _Sentence | None = None
    for number, line in enumerate(read_lines(head.path, head.codec), 1):
        text = line.rstrip("\n")
        if text.startswith(TEXT):
            if sentence is None or sentence.rows:
                if sentence is not None:
                    yield sentence
                sentence = _Sentence(number, _unescape(text.removeprefix(TEXT)))
            else:
                sentence.text += "\n" + _unescape(text.removeprefix(TEXT))
        elif text and not text.startswith("#") and sentence is not None:
            cells = text.split("\t")
            if len(cells) < 3 or not re.match(r"^\d+-\d+$", cells[1]):
                raise DataError(
                    f"expected a token with its offsets, found {text[:40]!r}.",
                    file=head.path,
                    line=number,
                    remedy="Export it again as WebAnno TSV 3.",
                )
            sentence.rows.append(cells)
    if sentence is not None:
        yield sentence


def _records(head: FileHead, layers: _Layers, losses: RowLosses) -> Iterator[Record]:
    for sentence in _sentences(head):
        places = _places(sentence, losses)
        entities, by_token = _entities(sentence.rows, places, layers.label)
        relations = list(_relations(sentence.rows, layers, by_token, losses))
        values = {"text": sentence.text, "entities": entities, "relations": relations}
        yield Record(sentence.line, values)


def _places(sentence: _Sentence, losses: RowLosses) -> list[tuple[int, int] | None]:
    """Return the characters of each token: offsets count UTF-16 over the whole document.

    The tokens stand in the text in their order, parts of tokens inside of the token before them.
    """
    places: list[tuple[int, int] | None] = []
    at = 0
    for cells in sentence.rows:
        token = _unescape(cells[2])
        is_part = "." in cells[0]
        before = places[-1] if places else None
        begin = before[0] if is_part and before else at
        start = sentence.text.find(token, begin)
        if start < 0 or not token:
            losses.add("tokens do not occur in their sentence; they are left out.")
            places.append(None)
            continue
        places.append((start, start + len(token)))
        at = max(at, start + len(token))
    return places


def _entities(
    rows: Sequence[Sequence[str]], places: Sequence[tuple[int, int] | None], column: int | None
) -> tuple[list[dict[str, Any]], dict[tuple[str, str], str]]:
    """Return the entities, and their identifiers by token and by number of the annotation."""
    entities: dict[str, dict[str, Any]] = {}
    by_token: dict[tuple[str, str], str] = {}
    for cells, place in zip(rows, places, strict=True):
        if column is None or len(cells) <= column or place is None:
            continue
        for value in re.split(r"(?<!\\)\|", cells[column]):
            label, number = NUMBERED.match(value).groups()  # type: ignore[union-attr]
            if label in EMPTY:
                continue
            # Annotations without a number cover one token.
            name = f"n{number}" if number else f"t{cells[0]}"
            known = entities.get(name)
            if known is None:
                fields = {"start_offset": place[0], "end_offset": place[1]}
                entities[name] = {"id": name, **fields, "label": _unescape(label)}
            else:
                known["end_offset"] = place[1]
            by_token.setdefault((cells[0], number or "0"), name)
            by_token.setdefault((cells[0], ""), name)
    return list(entities.values()), by_token


def _relations(
    rows: Sequence[Sequence[str]],
    layers: _Layers,
    by_token: dict[tuple[str, str], str],
    losses: RowLosses,
) -> Iterator[dict[str, str]]:
    """Yield the relations: the row is the token of the target, the source is named in it."""
    if layers.relation is None or layers.source is None:
        return
    for cells in rows:
        if len(cells) <= layers.source or cells[layers.source] in EMPTY:
            continue
        labels = re.split(r"(?<!\\)\|", cells[layers.relation])
        sources = cells[layers.source].split("|")
        for label, source in zip(labels, sources, strict=False):
            match = SOURCE.match(source)
            if match is None or label in EMPTY:
                losses.add("relations lack a label or an entity; they are left out.")
                continue
            first = by_token.get((match[1], match[2] or ""))
            second = by_token.get((cells[0], match[3] or ""))
            if first is None or second is None:
                losses.add("relations lack a label or an entity; they are left out.")
                continue
            yield {"from_id": first, "to_id": second, "type": _unescape(label)}


def _unescape(text: str) -> str:
    """Return the text without WebAnno's backslashes before reserved characters."""
    controls = {"t": "\t", "n": "\n", "r": "\r"}
    return ESCAPED.sub(lambda match: controls.get(match[1], match[1]), text)
