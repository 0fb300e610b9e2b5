"""Exact match and F1 of answers, as SQuAD (arXiv:1606.05250) and CMRC compare them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from chainzoo.data.tokens import word_spans

ARTICLES = frozenset({"a", "an", "the"})


def answer_words(text: str) -> list[str]:
    """Words in lower case without punctuation and articles, as SQuAD compares them.

    Each Chinese character is a word, as in CMRC.
    """
    words = (text[start:end].lower() for start, end in word_spans(text))
    kept = (word for word in words if not all(unicodedata.category(c)[0] in "PS" for c in word))
    return [word for word in kept if word not in ARTICLES]


def exact_match(answer: str, truths: Sequence[str]) -> float:
    """1 if the words are those of one of the truths, else 0; without truths, 1 for no words."""
    if not truths:
        return float(not answer_words(answer))
    return float(any(answer_words(answer) == answer_words(truth) for truth in truths))


def answer_f1(answer: str, truths: Sequence[str]) -> float:
    """F1 of the words shared with the truth that shares the most."""
    words = Counter(answer_words(answer))
    if not truths:
        return float(not words)
    return max(_f1(words, Counter(answer_words(truth))) for truth in truths)


def _f1(first: Counter[str], second: Counter[str]) -> float:
    shared = (first & second).total()
    if not first or not second:
        return float(first == second)
    return 2 * shared / (first.total() + second.total())
