"""The knowledge base: FAQ entries, document passages and past replies, with hybrid search.

A question is compared in meaning with the questions of the FAQ and the sentences of documents, and
by its words (BM25). A weighted sum of three scores re-ranks the candidates of both searches.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from chains.customer_service.texts import embed_texts, split_sentences
from chainzoo import KeywordIndex

CANDIDATES = 20  # Of each of the two searches.
# Weights of: the cosine with the entry's question or best sentence, the cosine with the whole
# entry, and the share of the question's words in it (rare words weigh more).
POINT_WEIGHT, ENTRY_WEIGHT, WORD_WEIGHT = 0.65, 0.25, 0.10
LEAD_WEIGHT = 1.0  # Of the lead of the best entry: a clear winner is more likely to be right.
SAME_QUESTION_COSINE = 0.75  # From which on two entries ask the same.
MAX_SENTENCES = 3
NEIGHBOUR_SHARE = 0.85  # Of the best similarity, for the next sentence to be part of the answer.

EntrySource = Literal["faq", "document", "history"]


@dataclass(frozen=True, slots=True)
class KnowledgeEntry:
    """A question with its answer, or a passage with its heading as the question."""

    source: EntrySource
    question: str
    answer: str
    citation: str
    language: str = "en"

    @property
    def points(self) -> list[str]:
        """What a question is compared with: the entry's question, or each of its sentences."""
        if self.source != "document":
            return [self.question]
        title = f"{self.question}: " if self.question else ""
        return [title + s for s in split_sentences(self.answer)] or [self.answer]


@dataclass(frozen=True, slots=True)
class KnowledgeHit:
    """A search result: an entry, its score (0 to 1), and the answer extracted from it.

    ``similarity`` is the score without the lead over other entries.
    """

    entry: KnowledgeEntry
    score: float
    answer: str
    similarity: float = 0.0


class KnowledgeBase:
    """Entries with their vectors, in memory."""

    def __init__(
        self,
        entries: Sequence[KnowledgeEntry],
        points: np.ndarray,
        wholes: np.ndarray,
        encoder_languages: set[str],
    ) -> None:
        """``points`` are the vectors of all entries' points in order, ``wholes`` of the entries."""
        self.entries, self.points, self.wholes = list(entries), points, wholes
        self.encoder_languages = encoder_languages
        texts = [f"{entry.question}\n{entry.answer}" for entry in self.entries]
        self._keywords = KeywordIndex(texts)
        self._terms = [self._keywords.tokenize(text) for text in texts]
        self._owners = np.repeat(np.arange(len(texts)), [len(e.points) for e in self.entries])
        self._index = {entry: index for index, entry in enumerate(self.entries)}
        self._first_point = np.searchsorted(self._owners, np.arange(len(texts)))

    @classmethod
    def of(
        cls, entries: Sequence[KnowledgeEntry], embeddings: Any, encoder_languages: set[str]
    ) -> KnowledgeBase:
        """Embed entries into a knowledge base."""
        wholes = embed_texts(embeddings, [f"{e.question} {e.answer}" for e in entries])
        points = embed_texts(embeddings, [point for e in entries for point in e.points])
        return cls(entries, points, wholes, encoder_languages)

    def save(self, folder: Path) -> None:
        """Write entries and vectors to a folder, without pickle."""
        lines = [json.dumps(asdict(entry), ensure_ascii=False) for entry in self.entries]
        (folder / "knowledge.jsonl").write_text("\n".join(lines), encoding="utf-8")
        np.save(folder / "points.npy", self.points, allow_pickle=False)
        np.save(folder / "wholes.npy", self.wholes, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, encoder_languages: set[str]) -> KnowledgeBase:
        """Read a knowledge base from a folder."""
        text = (folder / "knowledge.jsonl").read_text(encoding="utf-8")
        entries = [KnowledgeEntry(**json.loads(line)) for line in text.split("\n") if line]
        points = np.load(folder / "points.npy", allow_pickle=False)
        wholes = np.load(folder / "wholes.npy", allow_pickle=False)
        return cls(entries, points, wholes, encoder_languages)

    def search(
        self,
        query: str,
        vector: np.ndarray,
        language: str,
        k: int = 3,
        exclude: int | None = None,
    ) -> list[KnowledgeHit]:
        """Return the ``k`` best entries; those in the question's language if there are any.

        ``exclude`` is the index of an entry that is left out.
        """
        if not self.entries:
            return []
        ranked = self._rank(query, vector, language, exclude)
        hits = [
            KnowledgeHit(self.entries[index], score, self.answer(index, vector), score)
            for score, index in ranked[:k]
        ]
        if hits and language in self.encoder_languages:
            hits[0] = replace(hits[0], score=self._score_with_lead(ranked))
        return hits

    def _rank(
        self, query: str, vector: np.ndarray, language: str, exclude: int | None
    ) -> list[tuple[float, int]]:
        """Return (score, index) of the candidates, the best first."""
        points = np.maximum.reduceat(self.points @ vector, self._first_point)
        wholes = self.wholes @ vector
        by_meaning = np.argsort(-np.maximum(points, wholes))[:CANDIDATES].tolist()
        candidates = dict.fromkeys([*by_meaning, *self._keywords.rank(query, CANDIDATES)])
        in_language = {i for i, entry in enumerate(self.entries) if entry.language == language}
        ranked = []
        for index in candidates:
            if index == exclude or (in_language and index not in in_language):
                continue
            score = self._keywords.overlap(query, self._terms[index])
            if language in self.encoder_languages:  # Else only shared words tell anything.
                score = (
                    POINT_WEIGHT * points[index]
                    + ENTRY_WEIGHT * wholes[index]
                    + WORD_WEIGHT * score
                )
            ranked.append((float(score), index))
        return sorted(ranked, reverse=True)

    def _score_with_lead(self, ranked: Sequence[tuple[float, int]]) -> float:
        """Return the best score, raised by its lead over the next entry with another answer."""
        best, index = ranked[0]
        others = (score for score, other in ranked[1:] if not self.is_same(index, other))
        return min(best + LEAD_WEIGHT * (best - next(others, 0.0)), 1.0)

    def index_of(self, entry: KnowledgeEntry) -> int:
        """Return the index of an entry."""
        return self._index[entry]

    def is_same(self, index: int, other: int) -> bool:
        """Return whether two entries have the same answer, or nearly the same question."""
        if self.entries[index].answer == self.entries[other].answer:
            return True
        points = float(self.question_vector(index) @ self.question_vector(other))
        return max(points, float(self.wholes[index] @ self.wholes[other])) >= SAME_QUESTION_COSINE

    def question_vector(self, index: int) -> np.ndarray:
        """Return the vector of an entry's question or first sentence: (dimensions,)."""
        vector: np.ndarray = self.points[self._first_point[index]]
        return vector

    def answer(self, index: int, vector: np.ndarray) -> str:
        """Return an entry's answer, or the sentences of a passage that fit the question best."""
        entry = self.entries[index]
        parts = split_sentences(entry.answer) if entry.source == "document" else []
        if not parts:
            return entry.answer
        similarities = self.points[self._owners == index] @ vector
        best = int(similarities.argmax())
        end = best + 1
        while end < len(parts) and end - best < MAX_SENTENCES:
            if similarities[end] < NEIGHBOUR_SHARE * similarities[best]:
                break
            end += 1
        return " ".join(parts[best:end])
