"""Labels that are spelled like a missing value: a class in some data sets, no label in others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chainzoo.data.cells import is_missing
from chainzoo.data.records import Record

MIN_SHARE = 0.05  # Of the rows, from which on a word is a class.
MIN_ROWS = 3


@dataclass(slots=True)
class MissingLabels:
    """The words that are classes, and the counts of those that are left out."""

    classes: frozenset[str] = frozenset()
    left_out: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of_sample(cls, sample: Sequence[Record], column: str) -> MissingLabels:
        """Infer from the first records which words are classes.

        A word counts as a class if it stands in a good share of the rows, beside another label.
        """
        words = Counter(w for r in sample if (w := _word(r.values.get(column))))
        others = any(not is_missing(r.values.get(column)) for r in sample)
        enough = {w for w, n in words.items() if n >= MIN_ROWS and n >= MIN_SHARE * len(sample)}
        return cls(frozenset(enough) if others or len(enough) > 1 else frozenset())

    def is_missing(self, value: Any) -> bool:
        """Return whether a cell holds no label."""
        return is_missing(value) and _word(value) not in self.classes

    def count(self, value: Any) -> None:
        """Count a row that is left out."""
        self.left_out[_word(value) or "an empty cell"] += 1

    def summary(self) -> str:
        """Return the words that were left out, with their counts."""
        return ", ".join(f"{word} in {count:,}" for word, count in self.left_out.most_common(5))


def _word(value: Any) -> str:
    """Return the word for a missing value in a cell; ``""`` for empty cells and other texts."""
    return value.strip() if isinstance(value, str) and is_missing(value) else ""
