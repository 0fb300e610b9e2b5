"""Keyword search by BM25, in Chinese too."""

from __future__ import annotations

import logging
import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

TERM = re.compile(r"[a-z0-9]+(?:['_-][a-z0-9]+)*|[一-鿿]+", re.IGNORECASE)


def tokenize(text: str) -> list[str]:
    """The terms of a text, in lower case; Chinese is segmented by jieba."""
    terms = []
    for match in TERM.finditer(text):
        term = match.group().lower()
        if "一" <= term[0] <= "鿿":
            import jieba

            jieba.setLogLevel(logging.ERROR)
            terms += jieba.lcut_for_search(term)
        else:
            terms.append(term)
    return terms


class KeywordIndex:
    """Texts indexed by their terms once, to be searched many times."""

    def __init__(self, texts: Sequence[str]) -> None:
        corpus = [tokenize(text) for text in texts]
        self._bm25: Any = None
        self._size = len(corpus)
        self._document_counts = Counter(term for terms in corpus for term in set(terms))
        if any(corpus):
            import bm25s

            self._bm25 = bm25s.BM25()
            self._bm25.index(corpus, show_progress=False)

    @staticmethod
    def tokenize(text: str) -> frozenset[str]:
        """The different terms of a text, in lower case; Chinese is segmented."""
        return frozenset(tokenize(text))

    def weight(self, term: str) -> float:
        """The inverse document frequency of a term, scaled to 0 to 1: rare terms weigh more."""
        count = self._document_counts.get(term, 0)
        return math.log1p(self._size / (1 + count)) / math.log1p(self._size or 1)

    def overlap(self, query: str, terms: frozenset[str]) -> float:
        """The share of a query's terms, each by its weight, that are among ``terms``."""
        weights = {term: self.weight(term) for term in self.tokenize(query)}
        total = sum(weights.values())
        return sum(w for term, w in weights.items() if term in terms) / total if total else 0.0

    def rank(self, query: str, limit: int) -> list[int]:
        """The positions of at most ``limit`` texts that share terms with ``query``, best first."""
        terms = [] if self._bm25 is None else tokenize(query)
        known = [term for term in terms if term in self._bm25.vocab_dict]
        if not known:
            return []
        scores = self._bm25.get_scores(known)
        order = sorted(range(len(scores)), key=lambda position: -float(scores[position]))
        return [position for position in order if scores[position] > 0][:limit]
