"""Near-duplicate detection: ChainZoo's own MinHash against datasketch and rensa.

python bench/duplicates.py [--rows 10000 100000] [--quick]

Each side runs in a process of its own on the same made-up short texts, of which a tenth are another
text with one letter changed. Printed are seconds, peak memory above that of the texts, and the share
of those pairs that end in one group. The libraries are not dependencies of ChainZoo; a side whose
library is missing is left out (`pip install datasketch rensa`).
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import random
import resource
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from chainzoo.data.duplicates import (
    ASCII_GRAM,
    BANDS,
    MIN_SIMILARITY,
    PERMUTATIONS,
    group_duplicates,
    normalize_text,
)

BATCH = 2000
SYLLABLES = ("ka", "lo", "mi", "ter", "vash", "un", "dor", "el", "pri", "qua", "sim", "tog")


def make_texts(rows: int) -> tuple[list[str], list[tuple[int, int]]]:
    """Texts of 5 to 15 words, and the pairs of rows of which the second is nearly the first."""
    rng = random.Random(rows)
    words = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(3000)]
    texts: list[str] = []
    pairs = []
    for row in range(rows):
        if row > 10 and rng.random() < 0.1:
            source = rng.randrange(len(texts))
            pairs.append((source, row))
            at = rng.randrange(len(texts[source]))
            texts.append(texts[source][:at] + "z" + texts[source][at + 1 :])
        else:
            texts.append(" ".join(rng.choices(words, k=rng.randint(5, 15))))
    return texts, pairs


def grams_of(text: str) -> frozenset[str]:
    """The character five-grams of a text, as ChainZoo takes them."""
    text = normalize_text(text)
    return frozenset(text[at : at + ASCII_GRAM] for at in range(max(1, len(text) - ASCII_GRAM + 1)))


def group(buckets: Iterable[Sequence[int]], texts: Sequence[str]) -> list[int]:
    """Groups of the rows that share a bucket and are similar enough."""
    parent = list(range(len(texts)))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    pairs = {pair for bucket in buckets for pair in pairwise(bucket)}
    for first, second in sorted(pairs):
        a, b = grams_of(texts[first]), grams_of(texts[second])
        if len(a & b) >= MIN_SIMILARITY * len(a | b):
            parent[max(root(first), root(second))] = min(root(first), root(second))
    return [root(row) for row in range(len(texts))]


def by_chainzoo(texts: Sequence[str]) -> list[int]:
    """ChainZoo's own."""
    return [int(number) for number in group_duplicates(texts)]


def by_datasketch(texts: Sequence[str]) -> list[int]:
    """datasketch: MinHash and MinHashLSH with the same permutations and bands."""
    from datasketch import MinHash, MinHashLSH

    lsh = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, PERMUTATIONS // BANDS))
    encoded = ([gram.encode() for gram in grams_of(text)] for text in texts)
    for row, minhash in enumerate(MinHash.generator(encoded, num_perm=PERMUTATIONS, seed=1)):
        lsh.insert(row, minhash, check_duplication=False)
    tables = lsh.hashtables
    return group((sorted(table.get(key)) for table in tables for key in [*table.keys()]), texts)


def by_rensa(texts: Sequence[str]) -> list[int]:
    """rensa: RMinHash in Rust with the same permutations and bands, a batch of texts at a time."""
    from rensa import RMinHash

    width = PERMUTATIONS // BANDS
    buckets: dict[tuple[int, ...], list[int]] = {}
    for start in range(0, len(texts), BATCH):
        batch = [list(grams_of(text)) for text in texts[start : start + BATCH]]
        digests = RMinHash.digests_from_token_sets(batch, num_perm=PERMUTATIONS, seed=1)
        for row, digest in enumerate(digests, start):
            for band in range(BANDS):
                key = (band, *digest[band * width : (band + 1) * width])
                buckets.setdefault(key, []).append(row)
    return group((bucket for bucket in buckets.values() if len(bucket) > 1), texts)


SIDES: dict[str, Callable[[Sequence[str]], list[int]]] = {
    "chainzoo": by_chainzoo,
    "datasketch": by_datasketch,
    "rensa": by_rensa,
}


def measure(side: str, rows: int) -> str:
    """Run one side; return its line of the table."""
    texts, pairs = make_texts(rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started_at = time.perf_counter()
    groups = SIDES[side](texts)
    seconds = time.perf_counter() - started_at
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    found = sum(groups[first] == groups[second] for first, second in pairs) / max(len(pairs), 1)
    return f"{rows:>8,} {side:<11} {seconds:>8.2f} s {memory:>7.0f} MB {found:>8.2%}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--quick", action="store_true", help="500 rows only")
    arguments = parser.parse_args()
    sides = ["chainzoo", *(s for s in ("datasketch", "rensa") if importlib.util.find_spec(s))]
    print("    rows side          seconds      memory  recall")
    context = multiprocessing.get_context("spawn")
    for rows in [500] if arguments.quick else arguments.rows:
        for side in sides:
            with context.Pool(1) as pool:  # A process of its own, so that memory is its own.
                print(pool.apply(measure, (side, rows)), flush=True)


if __name__ == "__main__":
    main()
