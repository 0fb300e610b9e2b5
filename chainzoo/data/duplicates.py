"""Texts that are the same, or nearly: groups that must not be torn apart by a split."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

PERMUTATIONS = 32
BANDS = 8  # Bands of four rows: texts of Jaccard similarity 0.9 collide in 99.9 % of cases.
SIMILAR = 0.85


def normalize_text(text: str) -> str:
    """A text as it counts for sameness: letters and digits, lower case, single spaces."""
    return re.sub(r"[\W_]+", " ", text.lower()).strip() or text.strip()


def group_duplicates(texts: Sequence[str]) -> np.ndarray:
    """A group number for each text; texts that are the same or nearly so share one.

    Near-duplicates have at least 0.85 of their character five-grams in common (MinHash with
    banding, Broder 1997; candidates are verified).
    """
    parent = list(range(len(texts)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    firsts: dict[str, int] = {}
    for at, text in enumerate(map(normalize_text, texts)):
        parent[at] = firsts.setdefault(text, at)
    distinct = [at for at in range(len(texts)) if parent[at] == at]
    shingles = {at: _shingles(normalize_text(texts[at])) for at in distinct}
    for bucket in _candidates(distinct, shingles):
        for one, other in pairwise(bucket):
            a, b = shingles[one], shingles[other]
            if len(a & b) >= SIMILAR * len(a | b):
                parent[max(root(one), root(other))] = min(root(one), root(other))
    return np.asarray([root(at) for at in range(len(texts))])


def _shingles(text: str) -> frozenset[int]:
    size = 5 if text.isascii() else 2
    grams = {text[at : at + size] for at in range(max(1, len(text) - size + 1))}
    return frozenset(_hash(gram) for gram in grams)


def _hash(gram: str) -> int:
    return int.from_bytes(hashlib.blake2b(gram.encode(), digest_size=4).digest(), "little")


def _candidates(rows: Sequence[int], shingles: dict[int, frozenset[int]]) -> list[list[int]]:
    random = np.random.default_rng(0)
    a = random.integers(1, 2**31, PERMUTATIONS, dtype=np.uint64)
    b = random.integers(0, 2**31, PERMUTATIONS, dtype=np.uint64)
    prime = np.uint64(2**31 - 1)
    buckets: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    for row in rows:
        values = np.fromiter(shingles[row], dtype=np.uint64) % prime
        signature = ((values[:, None] * a + b) % prime).min(axis=0)
        for band, part in enumerate(np.split(signature, BANDS)):
            buckets[band, part.tobytes()].append(row)
    return [bucket for bucket in buckets.values() if len(bucket) > 1]
