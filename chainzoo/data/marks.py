"""Marks around the two arguments of a relation: ``<e1>…</e1>`` or ``[E1]…[/E1]`` in a text."""

from __future__ import annotations

import re

MARK = re.compile(r"[<\[](/?)e([12])[>\]]", re.IGNORECASE)

Ranges = tuple[tuple[int, int], tuple[int, int]]


def strip_marks(text: str) -> tuple[str, Ranges] | None:
    """Return the text without its marks, and the character ranges of both arguments.

    Returns ``None`` if a mark is missing, or an argument is empty or overlaps the other.

    >>> strip_marks("<e1>Ada</e1> wrote <e2>it</e2>")
    ('Ada wrote it', ((0, 3), (10, 12)))
    """
    plain, at, positions = "", 0, {}
    for mark in MARK.finditer(text):
        plain += text[at : mark.start()]
        at = mark.end()
        positions[mark.group(2) + mark.group(1)] = len(plain)
    plain += text[at:]
    if set(positions) != {"1", "1/", "2", "2/"}:
        return None
    first, second = (positions["1"], positions["1/"]), (positions["2"], positions["2/"])
    is_filled = first[0] < first[1] and second[0] < second[1]
    is_apart = first[1] <= second[0] or second[1] <= first[0]
    return (plain, (first, second)) if is_filled and is_apart else None
