"""Records as tokens with entities: columns of tags, or spans that annotation tools export.

The tokens of a sentence are a list in one record, or a row each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chainzoo.data.converters.converter import Converted, Converter
from chainzoo.data.examples import Span, TokenExample
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.data.span_annotations import (
    AnnotatedSpan,
    find_span_columns,
    infer_end_inclusive,
    parse_spans,
    text_of,
)
from chainzoo.data.tags import Scheme, detect_scheme, is_tag, to_spans
from chainzoo.data.token_rows import TokenRows, find_token_rows, group_token_rows
from chainzoo.data.tokens import cut_at_spans, join_tokens
from chainzoo.errors import DataError

TOKEN_COLUMNS = ("tokens", "words")


class TokenClassificationConverter(Converter):
    """Texts with tokens and entities."""

    task = "token-classification"
    priority = 20
    formats = ("conll",)
    annotation = "spans"

    def matches(self, sample: Sequence[Record], columns: Sequence[str]) -> bool:
        """Tokens with tags, or a text with spans."""
        if any(_token_columns(r.values) or find_span_columns(r.values) for r in sample):
            return True
        return find_token_rows(sample, columns) is not None

    def convert(
        self, records: Records, sample: Sequence[Record], options: ReadOptions
    ) -> Converted:
        """Build texts with tokens and entities; a warning counts the nested spans.

        Raises:
            DataError: the records hold neither tags nor spans, or a span lies outside its text.
        """
        if records.annotation == "spans":
            return _convert_spans(records, sample, ("text", "spans"), False)
        token_rows = find_token_rows(sample, records.columns, options.label_column)
        if token_rows:
            return _convert_token_rows(records, sample, token_rows, options.tag_scheme)
        tag_columns = _tag_columns(sample, options)
        if tag_columns:
            return _convert_tags(records, sample, tag_columns, options.tag_scheme)
        span_columns = next((c for r in sample if (c := find_span_columns(r.values))), None)
        if span_columns:
            return _convert_spans(records, sample, span_columns, options.end_inclusive)
        raise DataError(
            "no tokens with tags and no text with spans in it.",
            remedy="Give CoNLL columns, a row for each token with columns sentence_id, word and tag,"
            ' or {"text": "…", "label": [[0, 4, "PER"]]} a line.',
        )


CONVERTER = TokenClassificationConverter()


def _tag_columns(sample: Sequence[Record], options: ReadOptions) -> tuple[str, str] | None:
    """Return the columns of tokens and of tags: of several the last, of two layers the outer."""
    columns = next((c for r in sample if (c := _token_columns(r.values))), None)
    if columns is None or options.label_column is None:
        return columns
    name = options.label_column
    name = f"column {name}" if name.isdigit() else name
    if name not in sample[0].values:
        raise DataError(
            f"there is no column {name!r}; there are {', '.join(sample[0].values)}.",
            remedy="Name one of these with --label-column.",
        )
    return columns[0], name


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


def _convert_token_rows(
    records: Records, sample: Sequence[Record], names: TokenRows, scheme: Scheme | None
) -> Converted:
    warnings: list[str] = []
    sentences = list(group_token_rows(sample, names, []))
    grouped = replace(records, rows=group_token_rows(records.rows, names, warnings))
    converted = _convert_tags(grouped, sentences, (names.token, names.tag), scheme)
    converted.warnings = warnings
    reason = "their cells: the table has one token a row"
    values = {"token": names.token, "tag": names.tag, "sentence": names.sentence or "blank lines"}
    converted.inferred += [
        InferredOption(f"{what} column", name, reason, "label_column" if what == "tag" else "")
        for what, name in values.items()
    ]
    converted.columns |= {"sentence": names.sentence} if names.sentence else {}
    return converted


def _convert_tags(
    records: Records, sample: Sequence[Record], columns: tuple[str, str], scheme: Scheme | None
) -> Converted:
    inferred = []
    if scheme is None:
        detected = detect_scheme(r.values[columns[1]] for r in sample)
        scheme = detected.scheme
        inferred.append(InferredOption("tag scheme", scheme, detected.reason, "tag_scheme"))
    return Converted(
        _from_tags(records.rows, columns, scheme),
        inferred=inferred,
        columns={"tokens": columns[0], "tags": columns[1]},
        min_labels=1,
    )


def _from_tags(
    rows: Iterator[Record], columns: tuple[str, str], scheme: Scheme
) -> Iterator[TokenExample]:
    for record in rows:
        words, tags = record.values.get(columns[0]), record.values.get(columns[1])
        if not isinstance(words, list) or not isinstance(tags, list) or len(words) != len(tags):
            raise DataError(
                "expected as many tags as tokens.",
                line=record.line,
                field=columns[1],
                remedy="Give every token one tag.",
            )
        for at, tag in enumerate(tags):
            if not is_tag(str(tag)):
                raise DataError(
                    f"{tag!r} is not a tag such as O, B-PER or I-PER.",
                    line=record.line + at,
                    field=columns[1],
                    remedy="Correct the tag, or name the tag column with --label-column.",
                )
        text, tokens = join_tokens([str(word) for word in words])
        spans = tuple(
            Span(tokens[first][0], tokens[last - 1][1], label)
            for first, last, label in to_spans([str(tag) for tag in tags], scheme)
        )
        yield TokenExample(text, tokens, spans, record.split, record.line)


def _convert_spans(
    records: Records, sample: Sequence[Record], columns: tuple[str, str], inclusive: bool | None
) -> Converted:
    inferred = []
    if inclusive is None:
        inclusive = infer_end_inclusive(sample, columns)
        value = "inclusive" if inclusive else "exclusive"
        inferred.append(InferredOption("span ends", value, "the spans' texts", "end_inclusive"))
    warnings: list[str] = []
    return Converted(
        _from_spans(records.rows, columns, inclusive, warnings),
        inferred=inferred,
        warnings=warnings,
        columns={"text": columns[0], "spans": columns[1]},
        min_labels=1,
    )


def _from_spans(
    rows: Iterator[Record], columns: tuple[str, str], inclusive: bool, warnings: list[str]
) -> Iterator[TokenExample]:
    nested = 0
    for record in rows:
        text = text_of(record, columns[0])
        annotated = parse_spans(record.values.get(columns[1]) or [])
        if annotated is None:
            raise DataError(
                'expected spans such as [[0, 4, "PER"]].',
                line=record.line,
                field=columns[1],
                remedy="Write each span as [start, end, label].",
            )
        spans: list[Span] = []
        for item in sorted(annotated, key=lambda span: (span.start, -span.end)):
            span = _checked(item, text, inclusive, record, columns[1])
            if spans and span.start < spans[-1].end:
                nested += 1  # The outer of nested spans is kept: tags cannot hold both.
                continue
            spans.append(span)
        tokens = cut_at_spans(text, spans)
        yield TokenExample(text, tokens, tuple(spans), record.split, record.line)
    if nested:
        warnings.append(f"{nested} spans overlap another; the outer or first is kept.")


def _checked(item: AnnotatedSpan, text: str, inclusive: bool, record: Record, field: str) -> Span:
    end = item.end + inclusive
    if 0 <= item.start < end <= len(text):
        return Span(item.start, end, item.label)
    raise DataError(
        f"span {item.start}–{end} lies outside its text of {len(text)} characters.",
        line=record.line,
        field=field,
        remedy="Correct the span, or say with --end-inclusive how ends are counted.",
    )
