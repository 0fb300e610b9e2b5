"""What a bot knows: FAQ entries, passages of documents and past replies; searched two ways.

A question is compared in meaning with the questions of a FAQ and the sentences of documents, and by
its words (BM25). The candidates of both searches are then ranked anew by a blend of three numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from chainzoo import KeywordIndex, detect_language

POOL = 20  # Candidates that each of the two searches puts forward.
# What counts: the likeness to the entry's question or best sentence, that to all of the entry, and
# the share of the question's words (the rarer, the weightier) that stand in it.
LIKE_POINT, LIKE_WHOLE, WORDS = 0.65, 0.25, 0.10
LEAD = (
    1.0  # How much the lead of the best entry counts: what is clearly the best is likelier right.
)
ALIKE = 0.75  # Cosine from which on two entries count as asking the same.
WRAPPED = re.compile(
    r"(?<=[^\n.!?。！？:])\n(?=[^\n\-*#|\d])"
)  # A line's end that ends no sentence.
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)|(?<=[。！？])|\n+")
MOST_SENTENCES = 3
KEEPS = 0.85  # A neighbouring sentence belongs to the answer from this share of the best likeness.

Source = Literal["faq", "document", "history"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A question with its answer, or a passage (with its heading in the place of the question)."""

    source: Source
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
        return [title + sentence for sentence in sentences(self.answer)] or [self.answer]


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that was found, how well it fits (0 to 1), and the answer drawn from it.

    ``nearness`` is the fit before the lead over other entries is counted.
    """

    entry: Entry
    score: float
    answer: str
    nearness: float = 0.0


def sentences(text: str) -> list[str]:
    """The sentences of a passage, without headings."""
    bare = re.sub(r"^#{1,6}\s.*$", "", text, flags=re.MULTILINE)
    bare = WRAPPED.sub(" ", bare)
    pieces = [piece.strip(" \t*-") for piece in SENTENCE.split(bare) if piece]
    return [piece for piece in pieces if len(piece) > 1]


class Knowledge:
    """Entries with their vectors, in memory; cheap to search."""

    def __init__(
        self, entries: Sequence[Entry], points: np.ndarray, wholes: np.ndarray, reads: set[str]
    ) -> None:
        """``points`` and ``wholes`` are vectors; ``reads`` the languages that their encoder knows."""
        self.entries, self.points, self.wholes, self.reads = list(entries), points, wholes, reads
        texts = [f"{e.question}\n{e.answer}" for e in self.entries]
        self._keywords = KeywordIndex(texts)
        self._words = [self._keywords.tokenize(text) for text in texts]
        self._owners = np.repeat(np.arange(len(texts)), [len(e.points) for e in self.entries])
        self._places = {entry: at for at, entry in enumerate(self.entries)}
        self._first = np.searchsorted(self._owners, np.arange(len(texts)))

    @classmethod
    def of(cls, entries: Sequence[Entry], embeddings: Any, reads: set[str]) -> Knowledge:
        """Knowledge of these entries, whose vectors are made now."""
        wholes = embed(embeddings, [f"{e.question} {e.answer}" for e in entries])
        points = embed(embeddings, [point for e in entries for point in e.points])
        return cls(entries, points, wholes, reads)

    def save(self, folder: Path) -> None:
        """Write it; vectors without pickles."""
        lines = [json.dumps(asdict(entry), ensure_ascii=False) for entry in self.entries]
        (folder / "knowledge.jsonl").write_text("\n".join(lines), encoding="utf-8")
        np.save(folder / "points.npy", self.points, allow_pickle=False)
        np.save(folder / "wholes.npy", self.wholes, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, reads: set[str]) -> Knowledge:
        """Read it back."""
        text = (folder / "knowledge.jsonl").read_text(encoding="utf-8")
        entries = [Entry(**json.loads(line)) for line in text.split("\n") if line]
        points, wholes = (
            np.load(folder / f"{name}.npy", allow_pickle=False) for name in ("points", "wholes")
        )
        return cls(entries, points, wholes, reads)

    def search(
        self, query: str, vector: np.ndarray, language: str, k: int = 3, without: int | None = None
    ) -> list[Found]:
        """The entries that fit best; those in the question's language if there are any."""
        if not self.entries:
            return []
        near = self._likeness(vector)
        whole = self.wholes @ vector
        by_meaning = np.argsort(-np.maximum(near, whole))[:POOL].tolist()
        pool = dict.fromkeys([*by_meaning, *self._keywords.rank(query, POOL)])
        same = {at for at, e in enumerate(self.entries) if e.language == language}
        scored = []
        for at in pool:
            if at == without or (same and at not in same):
                continue
            shared = self._keywords.overlap(query, self._words[at])
            if language in self.reads:
                score = LIKE_POINT * near[at] + LIKE_WHOLE * whole[at] + WORDS * shared
            else:  # The encoder says nothing about a language it has not learnt.
                score = shared
            scored.append((float(score), at))
        scored.sort(reverse=True)
        found = [
            Found(self.entries[at], score, self.answer(at, vector), score)
            for score, at in scored[:k]
        ]
        if found and language in self.reads:
            found[0] = replace(found[0], score=self._with_lead(scored))
        return found

    def _with_lead(self, scored: Sequence[tuple[float, int]]) -> float:
        """The best score, raised by its lead over the next entry that says something else."""
        best, at = scored[0]
        other = next((score for score, n in scored[1:] if not self.alike(at, n)), 0.0)
        return min(best + LEAD * (best - other), 1.0)

    def place(self, entry: Entry) -> int:
        """Where an entry stands."""
        return self._places[entry]

    def alike(self, at: int, other: int) -> bool:
        """Whether two entries give the same answer, or ask nearly the same."""
        if self.entries[at].answer == self.entries[other].answer:
            return True
        points = float(self.points[self._first[at]] @ self.points[self._first[other]])
        return max(points, float(self.wholes[at] @ self.wholes[other])) >= ALIKE

    def vector_of(self, at: int) -> np.ndarray:
        """The vector of an entry's question."""
        found: np.ndarray = self.points[self._first[at]]
        return found

    def _likeness(self, vector: np.ndarray) -> np.ndarray:
        best: np.ndarray = np.maximum.reduceat(self.points @ vector, self._first)
        return best

    def answer(self, at: int, vector: np.ndarray) -> str:
        """An entry's answer, or the sentences of a passage that fit the question best."""
        entry = self.entries[at]
        if entry.source != "document":
            return entry.answer
        parts = sentences(entry.answer)
        if not parts:
            return entry.answer
        likes = self.points[self._owners == at] @ vector
        best = int(likes.argmax())
        start = end = best
        while end + 1 < len(parts) and end + 1 - start < MOST_SENTENCES:
            if likes[end + 1] < KEEPS * likes[best]:
                break
            end += 1
        return " ".join(parts[start : end + 1])


def embed(embeddings: Any, texts: Sequence[str]) -> np.ndarray:
    """The vectors of texts: (texts, width)."""
    if not texts:
        return np.zeros((0, 1), dtype=np.float32)
    return np.asarray(embeddings.embed_documents(list(texts)), dtype=np.float32)


def language_of_text(text: str, usual: str) -> str:
    """The language of an entry, or the usual one where nothing speaks for any."""
    code = detect_language([text]).code
    return usual if code == "und" else code
