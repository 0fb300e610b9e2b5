"""Counts of what reading left out or changed, by reason."""

from __future__ import annotations

from collections import Counter


class RowLosses:
    """Counts what a reader or an annotation format left out or changed; tables warn with them."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, reason: str, count: int = 1) -> None:
        """Count an event. ``reason`` is the rest of the sentence that begins with the number."""
        if count > 0:
            self._counts[reason] += count

    def messages(self) -> tuple[str, ...]:
        """Return one sentence a reason, in the order in which they first occurred."""
        return tuple(f"{count:,} {reason}" for reason, count in self._counts.items())
