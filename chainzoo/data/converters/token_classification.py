"""Records as tokens with entities: columns of tags, or spans that annotation tools export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chainzoo.data.converters import Converted
from chainzoo.data.examples import InferredOption, Span, TokenExample
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.data.tags import Scheme, guess_scheme, is_tag, to_spans
from chainzoo.data.tokens import cut_at_spans, join_tokens
from chainzoo.errors import DataError

SPAN_COLUMNS = ("label", "labels", "entities", "spans", "annotations")
TEXT_COLUMNS = ("text", "sentence", "content", "data")
TOKEN_COLUMNS = ("tokens", "words")

Piece = tuple[int, int, str]


def matches(sample: Sequence[Record], columns: Sequence[str]) -> bool:
    """Tokens with tags, or a text with spans."""
    return any(_token_columns(r.values) or _span_columns(r.values) for r in sample)


def examples(
    rows: Iterable[Record], sample: Sequence[Record], records: Records, options: ReadOptions
) -> Converted:
    """Texts with tokens and entities.

    Raises:
        DataError: the records hold neither tags nor spans, or a span lies outside its text.
    """
    converted = Converted(iter(()), fewest_labels=1)
    tagged = _tag_columns(sample, options)
    if tagged:
        scheme = options.tag_scheme
        if scheme is None:
            guess = guess_scheme(r.values[tagged[1]] for r in sample)
            scheme = guess.scheme
            converted.guesses.append(
                InferredOption("tag scheme", scheme, guess.because, "--tag-scheme")
            )
        converted.columns = {"tokens": tagged[0], "tags": tagged[1]}
        converted.examples = _from_tags(rows, tagged, scheme)
        return converted
    found = next((c for r in sample if (c := _span_columns(r.values))), None)
    if not found:
        raise DataError(
            "no tokens with tags and no text with spans in it.",
            remedy='Give CoNLL columns, or {"text": "…", "label": [[0, 4, "PER"]]} a line.',
        )
    inclusive = options.end_inclusive
    if inclusive is None:
        inclusive = _ends_belong(sample, found)
        converted.guesses.append(
            InferredOption(
                "span ends",
                "inclusive" if inclusive else "exclusive",
                "the spans' texts",
                "--end-inclusive",
            )
        )
    converted.columns = {"text": found[0], "spans": found[1]}
    converted.examples = _from_spans(rows, found, inclusive, converted)
    return converted


def _tag_columns(sample: Sequence[Record], options: ReadOptions) -> tuple[str, str] | None:
    """The columns with tokens and tags: the last of several, the outer of two nested layers."""
    first = next((c for r in sample if (c := _token_columns(r.values))), None)
    if first is None or options.label_column is None:
        return first
    name = options.label_column
    name = f"column {name}" if name.isdigit() else name
    if name not in sample[0].values:
        raise DataError(
            f"there is no column {name!r}; there are {', '.join(sample[0].values)}.",
            remedy="Name one of these with --label-column.",
        )
    return first[0], name


def _token_columns(values: Mapping[str, Any]) -> tuple[str, str] | None:
    tokens = next((name for name in TOKEN_COLUMNS if isinstance(values.get(name), list)), None)
    if tokens is None:
        return None
    tags = [
        name
        for name, cells in values.items()
        if name != tokens and isinstance(cells, list) and all(is_tag(str(cell)) for cell in cells)
    ]
    if not tags:
        return None
    # Two layers of nested entities right after the token (GermEval): the outer comes first. Of
    # chunk and entity tags (CoNLL-2003, with parts of speech between) the entities come last.
    nested = len(tags) == 2 and tags == list(values)[1:]
    return tokens, tags[0] if nested else tags[-1]


def _span_columns(values: Mapping[str, Any]) -> tuple[str, str] | None:
    for name in SPAN_COLUMNS:
        for text in TEXT_COLUMNS:
            content = values.get(text)
            content = content.get("text") if isinstance(content, dict) else content
            if isinstance(content, str) and name in values and _pieces(values[name]) is not None:
                return text, name
    return None


def _pieces(value: Any) -> list[tuple[int, int, str, str | None]] | None:
    """``(start, end, label, text or None)`` from any of the known forms, ``None`` from others."""
    try:
        if isinstance(value, dict):  # CLUENER: {label: {text: [[start, end], …]}}
            return [
                (int(start), int(end), label, text)
                for label, texts in value.items()
                for text, places in texts.items()
                for start, end in places
            ]
        if not isinstance(value, list):
            return None
        pieces: list[tuple[int, int, str, str | None]] = []
        for item in value:
            if isinstance(item, dict) and "result" in item:  # Label Studio
                inner = [r["value"] for r in item["result"] if r.get("type", "labels") == "labels"]
                pieces += [
                    (int(v["start"]), int(v["end"]), v["labels"][0], v.get("text")) for v in inner
                ]
            elif isinstance(item, dict):
                start = item.get("start", item.get("start_offset"))
                end = item.get("end", item.get("end_offset"))
                label = item.get("label") or item["labels"][0]
                pieces.append((int(str(start)), int(str(end)), str(label), item.get("text")))
            else:
                start, end, label = item
                pieces.append((int(start), int(end), str(label), None))
    except (AttributeError, KeyError, TypeError, ValueError, IndexError):
        return None
    return pieces


def _ends_belong(sample: Sequence[Record], columns: tuple[str, str]) -> bool:
    """Whether an end belongs to its span: told by the texts that stand beside some spans."""
    votes = 0
    for record in sample:
        content = _text(record, columns[0])
        for start, end, _, text in _pieces(record.values.get(columns[1])) or []:
            if text is None:
                # A span that ends before a letter of the same word is likely one short.
                votes += (
                    content[end : end + 1].isalnum()
                    and content[end - 1 : end].isalnum()
                    and content.isascii()
                )
                votes -= not (content[end : end + 1].isalnum() and content[end - 1 : end].isalnum())
            else:
                votes += (content[start : end + 1] == text) - (content[start:end] == text)
    return votes > 0


def _text(record: Record, column: str) -> str:
    content = record.values.get(column)
    return str(content.get("text", "")) if isinstance(content, dict) else str(content or "")


def _from_tags(
    rows: Iterable[Record], columns: tuple[str, str], scheme: Scheme
) -> Iterator[TokenExample]:
    for record in rows:
        words, tags = record.values.get(columns[0]), record.values.get(columns[1])
        if not isinstance(words, list) or not isinstance(tags, list) or len(words) != len(tags):
            raise DataError(
                "expected as many tags as tokens.",
                line=record.line,
                field=columns[1],
                remedy="Mend it.",
            )
        for at, tag in enumerate(tags):
            if not is_tag(str(tag)):
                raise DataError(
                    f"{tag!r} is not a tag such as O, B-PER or I-PER.",
                    line=record.line + at,
                    field=columns[1],
                    remedy="Mend the tag, or name the tag column with --label-column.",
                )
        text, tokens = join_tokens([str(word) for word in words])
        spans = tuple(
            Span(tokens[first][0], tokens[last - 1][1], label)
            for first, last, label in to_spans([str(tag) for tag in tags], scheme)
        )
        yield TokenExample(text, tokens, spans, record.split, record.line)


def _from_spans(
    rows: Iterable[Record], columns: tuple[str, str], inclusive: bool, converted: Converted
) -> Iterator[TokenExample]:
    nested = 0
    for record in rows:
        text = _text(record, columns[0])
        pieces = _pieces(record.values.get(columns[1]) or [])
        if pieces is None:
            raise DataError(
                'expected spans such as [[0, 4, "PER"]].',
                line=record.line,
                field=columns[1],
                remedy="Mend it.",
            )
        spans: list[Span] = []
        for start, end, label, _ in sorted(pieces, key=lambda p: (p[0], -p[1])):
            end += inclusive
            if not 0 <= start < end <= len(text):
                raise DataError(
                    f"span {start}–{end} lies outside its text of {len(text)} characters.",
                    line=record.line,
                    field=columns[1],
                    remedy="Mend the span, or tell with --end-inclusive how ends are meant.",
                )
            if spans and start < spans[-1].end:
                nested += 1  # The outer of nested spans is kept: tags cannot hold both.
                continue
            spans.append(Span(start, end, label))
        tokens = cut_at_spans(text, spans)
        yield TokenExample(text, tokens, tuple(spans), record.split, record.line)
    if nested:
        converted.warnings.append(f"{nested} spans overlap another; the outer or first is kept.")
