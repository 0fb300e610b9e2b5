"""Sentences and words of texts in any script, for metrics."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chainzoo.data.tokens import CJK, word_spans

SENTENCE_END = re.compile(r"(?<=[.!?])[\s]+(?=\S)|(?<=[。！？；])|\n+")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Character ranges of the sentences, split at punctuation; at least one.

    >>> sentence_spans("One. Two! 三。四")
    [(0, 4), (5, 9), (10, 12), (12, 13)]
    """
    spans, start = [], 0
    for gap in (*SENTENCE_END.finditer(text), None):
        end = gap.start() if gap else len(text)
        if text[start:end].strip():
            spans.append((start, end))
        start = gap.end() if gap else end
    return spans or [(0, len(text))]


def is_cjk(texts: Sequence[str]) -> bool:
    """Whether most of the texts are in a script without spaces between words."""
    return sum(bool(CJK.search(text)) for text in texts) > 0.5 * len(texts)


def split_words(text: str) -> list[str]:
    """The words in lower case without punctuation; Chinese words are those of jieba."""
    if CJK.search(text):
        import logging

        import jieba

        jieba.setLogLevel(logging.WARNING)  # jieba prints about its dictionary otherwise.
        words = jieba.lcut(text)
        return [word.lower() for word in words if any(char.isalnum() for char in word)]
    words = [text[start:end] for start, end in word_spans(text)]
    return [word.lower() for word in words if any(char.isalnum() for char in word)]
