"""BM25 over words, Chinese ones too."""

from __future__ import annotations

import logging
import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

WORD = re.compile(r"[a-z0-9]+(?:['_-][a-z0-9]+)*|[一-鿿]+", re.IGNORECASE)


def words(text: str) -> list[str]:
    """The words of a text, in lower case; Chinese is cut by jieba."""
    found = []
    for match in WORD.finditer(text):
        piece = match.group().lower()
        if "一" <= piece[0] <= "鿿":
            import jieba

            jieba.setLogLevel(logging.ERROR)
            found += jieba.lcut_for_search(piece)
        else:
            found.append(piece)
    return found


class KeywordIndex:
    """Texts indexed by their words once, to be searched many times."""

    def __init__(self, texts: Sequence[str]) -> None:
        corpus = [words(text) for text in texts]
        self._index: Any = None
        self._size = len(corpus)
        self._counts = Counter(word for text in corpus for word in set(text))
        if any(corpus):
            import bm25s

            self._index = bm25s.BM25()
            self._index.index(corpus, show_progress=False)

    @staticmethod
    def words(text: str) -> frozenset[str]:
        """The words of a text, in lower case; Chinese is cut."""
        return frozenset(words(text))

    def weight(self, word: str) -> float:
        """How much a word tells: the fewer texts have it, the more (from 0 to 1)."""
        count = self._counts.get(word, 0)
        return math.log1p(self._size / (1 + count)) / math.log1p(self._size or 1)

    def shared(self, query: str, found: frozenset[str]) -> float:
        """The share of a query's words that are among ``found``, each by its weight."""
        asked = {word: self.weight(word) for word in self.words(query)}
        total = sum(asked.values())
        return sum(w for word, w in asked.items() if word in found) / total if total else 0.0

    def rank(self, query: str, limit: int) -> list[int]:
        """The positions of the texts that share words with ``query``, the best first."""
        known = [] if self._index is None else words(query)
        known = [word for word in known if word in self._index.vocab_dict]
        if not known:
            return []
        scores = self._index.get_scores(known)
        order = sorted(range(len(scores)), key=lambda at: -float(scores[at]))
        return [at for at in order if scores[at] > 0][:limit]


def rank(query: str, texts: Sequence[str], limit: int) -> list[int]:
    """The positions of the texts that share words with ``query``, the best first."""
    return KeywordIndex(texts).rank(query, limit)
