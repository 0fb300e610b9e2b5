"""Text to tokens (words and punctuation), and tokens back to text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from chainzoo.data.examples import Span

Offsets = tuple[tuple[int, int], ...]
CJK_RANGES = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3001-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff9f\U00020000-\U0003ffff"
)
# Hangul is written with spaces between words, so its syllables stay together.
CJK = re.compile(f"[{CJK_RANGES}]")


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    marks = [at for at in range(0x300, 0x10000) if unicodedata.category(chr(at)) in ("Mn", "Mc")]
    kept = "".join(chr(at) for at in marks if not CJK.match(chr(at)))
    letter = rf"(?![{CJK_RANGES}_])\w"
    return re.compile(rf"[{CJK_RANGES}]|{letter}(?:{letter}|[{kept}])*|\S")


def word_spans(text: str) -> Offsets:
    """Return the character offsets of each word, punctuation mark and CJK character.

    >>> word_spans("Hi, 你好")
    ((0, 2), (2, 3), (4, 5), (5, 6))
    """
    return tuple(match.span() for match in _pattern().finditer(text))


def cut_at_spans(text: str, spans: Iterable[Span]) -> Offsets:
    """Tokenise like :func:`word_spans`, and cut tokens at the borders of spans."""
    borders = sorted({border for span in spans for border in (span.start, span.end)})
    tokens: list[tuple[int, int]] = []
    at = 0
    for start, end in word_spans(text):
        while at < len(borders) and borders[at] <= start:
            at += 1
        while at < len(borders) and borders[at] < end:
            tokens.append((start, borders[at]))
            start = borders[at]
            at += 1
        tokens.append((start, end))
    return tuple(tokens)


def join_tokens(tokens: Sequence[str]) -> tuple[str, Offsets]:
    """Join tokens with spaces (none between two CJK characters); return the text and offsets.

    >>> join_tokens(["EU", "rejects"])
    ('EU rejects', ((0, 2), (3, 10)))
    """
    pieces: list[str] = []
    offsets: list[tuple[int, int]] = []
    at, after_cjk = 0, True
    for token in tokens:
        cjk = len(token) == 1 and CJK.match(token) is not None
        if pieces and not (cjk and after_cjk):
            pieces.append(" ")
            at += 1
        pieces.append(token)
        offsets.append((at, at + len(token)))
        at += len(token)
        after_cjk = cjk
    return "".join(pieces), tuple(offsets)
