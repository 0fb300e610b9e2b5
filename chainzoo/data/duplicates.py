"""Texts that are the same or nearly the same, which a split must not tear apart.

Near-duplicates are found by MinHash with banding (Broder 1997, "On the resemblance and containment
of documents") over character n-grams, and every candidate is verified. The signatures are computed
with NumPy for thousands of texts at once: 100,000 short texts take 4 s and 74 MB on one core, where
rensa takes 7 s and 264 MB and datasketch 17 s and 309 MB (`bench/duplicates.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

PERMUTATIONS = 32
BANDS = 8  # Bands of four rows: texts of Jaccard similarity 0.9 collide in 99.9 % of cases.
MIN_SIMILARITY = 0.85
ASCII_GRAM = 5
OTHER_GRAM = 2  # A character of Chinese says as much as several letters.
BATCH_CHARACTERS = 1 << 18

Integers = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]


def normalize_text(text: str) -> str:
    """Return the letters and digits of a text in lower case, with single spaces between words.

    A text without letters and digits stays as it is.
    """
    return re.sub(r"[\W_]+", " ", text.lower()).strip() or text.strip()


def group_duplicates(texts: Sequence[str]) -> np.ndarray:
    """Return a group number for each text; texts that are the same or nearly so share one.

    Nearly the same are texts that have at least 0.85 of their character n-grams in common
    (five-grams of ASCII text, two-grams of other text), in lower case and without punctuation.
    The number of a group is the position of its first text.
    """
    normalized = [normalize_text(text) for text in texts]
    firsts: dict[str, int] = {}
    parent = [firsts.setdefault(text, row) for row, text in enumerate(normalized)]

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for size, is_ascii in ((ASCII_GRAM, True), (OTHER_GRAM, False)):
        rows = [row for text, row in firsts.items() if text.isascii() == is_ascii]
        for first, second in _candidates(_signatures([normalized[row] for row in rows], size)):
            a, b = _grams(normalized[rows[first]], size), _grams(normalized[rows[second]], size)
            if len(a & b) >= MIN_SIMILARITY * len(a | b):
                one, other = root(rows[first]), root(rows[second])
                parent[max(one, other)] = min(one, other)
    return np.asarray([root(row) for row in range(len(texts))], dtype=np.int64)


def _grams(text: str, size: int) -> frozenset[str]:
    return frozenset(text[at : at + size] for at in range(max(1, len(text) - size + 1)))


def _signatures(texts: Sequence[str], size: int) -> Integers:
    """Compute MinHash signatures, shape (texts, permutations)."""
    random = np.random.default_rng(0)
    factors = random.integers(0, 2**63, PERMUTATIONS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    offsets = random.integers(0, 2**63, PERMUTATIONS, dtype=np.uint64)
    signatures = np.empty((len(texts), PERMUTATIONS), dtype=np.uint64)
    done = 0
    for batch in _batches(texts):
        hashes, borders = _hash_grams(batch, size)
        for column, (factor, offset) in enumerate(zip(factors, offsets, strict=True)):
            permuted = hashes * factor + offset  # Modulo 2**64.
            minima = np.minimum.reduceat(permuted, borders)[::2]
            signatures[done : done + len(batch), column] = minima
        done += len(batch)
    return signatures


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    characters = 0
    for text in texts:
        batch.append(text)
        characters += len(text)
        if characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _hash_grams(texts: Sequence[str], size: int) -> tuple[Integers, np.ndarray]:
    """Hash all n-grams of the joined texts.

    Returns the hashes, and where the n-grams of each text begin and end: ``begin, end, begin,
    …`` as ``np.ufunc.reduceat`` takes them. N-grams across two texts lie between these.
    """
    padded = [text.ljust(size, "\0") for text in texts]
    joined = "".join(padded) + "\0" * size
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    hashes = np.zeros(len(codes) - size + 1, dtype=np.uint64)
    for at in range(size):
        hashes *= np.uint64(0x100000001B3)
        hashes += codes[at : at + len(hashes)]
    hashes ^= hashes >> np.uint64(31)
    hashes *= np.uint64(0x9E3779B97F4A7C15)
    hashes ^= hashes >> np.uint64(32)
    ends = np.cumsum([len(text) for text in padded])
    begins = np.concatenate([[0], ends[:-1]])
    return hashes, np.stack([begins, ends - size + 1], axis=1).ravel()


def _candidates(signatures: Integers) -> Iterator[tuple[int, int]]:
    """Yield the pairs of neighbouring rows of each bucket, each pair once."""
    known: set[tuple[int, int]] = set()
    for band in np.split(signatures, BANDS, axis=1):
        keys = np.zeros(len(band), dtype=np.uint64)
        for column in band.T:
            keys = keys * np.uint64(0x9E3779B97F4A7C15) + column
        order = np.argsort(keys, kind="stable")
        same = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
        for first, second in zip(order[same].tolist(), order[same + 1].tolist(), strict=True):
            if (first, second) not in known:
                known.add((first, second))
                yield first, second
