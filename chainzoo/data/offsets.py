"""Offsets of spans: UTF-16 code units, characters, and the text that the span covers."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from functools import lru_cache

from chainzoo.data.examples import Span
from chainzoo.data.losses import RowLosses
from chainzoo.data.span_annotations import AnnotatedSpan

MOVED = "spans had wrong offsets; they are read where their text stands."
UNREADABLE = "spans do not lie where their text is, or lie outside of the text; they are left out."

Range = tuple[int, int]


def to_utf16(text: str, at: int) -> int:
    """Return the number of UTF-16 code units before the character ``at``."""
    return at + bisect.bisect_left(_wide_characters(text), at)


def from_utf16(text: str, units: int) -> int | None:
    """Return the character that begins after ``units`` code units of UTF-16.

    ``None`` says that the text is shorter, or that the place lies inside a surrogate pair.

    >>> from_utf16("🙂 Ann", 3)
    2
    """
    wide = _wide_characters(text)
    before = bisect.bisect_left(range(len(wide)), units, key=lambda nth: wide[nth] + nth)
    at = units - before
    is_inside = before > 0 and at <= wide[before - 1]
    return at if 0 <= at <= len(text) and not is_inside else None


@lru_cache(maxsize=8)
def _wide_characters(text: str) -> tuple[int, ...]:
    """Return the places of the characters that take two code units."""
    if text.isascii():
        return ()
    return tuple(at for at, character in enumerate(text) if character > "\uffff")


def locate_span(
    text: str, span: AnnotatedSpan, *, utf16: bool = False, inclusive: bool = False
) -> tuple[Range | None, bool]:
    """Return the characters of a span, and whether its text had to be searched for.

    Offsets are tried in the unit and with the end that the format prescribes. Where the format
    gives the text of the span as well, that text decides: the other unit and the other end are
    tried next, then the occurrence that is nearest to the offsets.

    Args:
        text: the text that the span lies in.
        span: the offsets as they are written, and the text of the span if it is known.
        utf16: whether the format counts UTF-16 code units.
        inclusive: whether the format's ends are the last character rather than the one after it.
    """
    ranges = list(_readings(text, span, utf16, inclusive))
    expected = span.text
    if not expected or not expected.strip():
        return ranges[0] if ranges and ranges[0] is not None else None, False
    for each in ranges:
        if each is not None and text[each[0] : each[1]] == expected:
            return each, False
    start = next((each[0] for each in ranges if each is not None), span.start)
    for wanted in dict.fromkeys((expected, expected.replace("\\n", "\n"), expected.strip())):
        found = _nearest(text, wanted, start)
        if found is not None:
            # Space around the text of a span and escaped line breaks are no wrong offsets.
            return found, all(each is None or not _overlap(each, found) for each in ranges[:1])
    return None, False


def resolve_spans(
    text: str,
    spans: Iterable[AnnotatedSpan],
    losses: RowLosses,
    *,
    utf16: bool = False,
    inclusive: bool = False,
) -> tuple[Span, ...]:
    """Return the spans with offsets in characters; count those that were moved or left out."""
    resolved = []
    for span in spans:
        found, moved = locate_span(text, span, utf16=utf16, inclusive=inclusive)
        if found is None:
            losses.add(UNREADABLE)
            continue
        if moved:
            losses.add(MOVED)
        resolved.append(Span(*found, span.label))
    return tuple(resolved)


def _readings(
    text: str, span: AnnotatedSpan, utf16: bool, inclusive: bool
) -> Iterator[Range | None]:
    for in_units in (utf16, not utf16):
        for is_last in (inclusive, not inclusive):
            start: int | None = span.start
            end: int | None = span.end + is_last
            if in_units:
                start, end = from_utf16(text, span.start), from_utf16(text, span.end + is_last)
            is_valid = start is not None and end is not None and 0 <= start < end <= len(text)
            yield (start, end) if is_valid and start is not None and end is not None else None


def _nearest(text: str, wanted: str, start: int) -> Range | None:
    before = text.rfind(wanted, 0, max(start, 0) + len(wanted))
    after = text.find(wanted, max(start, 0))
    places = [at for at in (before, after) if at >= 0]
    if not places:
        return None
    at = min(places, key=lambda place: abs(place - start))
    return at, at + len(wanted)


def _overlap(first: Range, second: Range) -> bool:
    return first[0] < second[1] and second[0] < first[1]
