"""What a comparison gives: a row for each candidate, which are worth their price, and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from chainzoo.metrics.bootstrap import Difference

NEAR = 0.005  # Half a point: what is as near as that to the best is as good, and may be cheaper.


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row. ``behind`` is the paired difference to the best; ``None`` for the best.

    ``seconds`` to learn, ``ms_a_text`` to answer, ``memory_mb`` of weights in memory, ``size_mb``
    of the card's file. On the Pareto front nothing is better without being slower or larger.
    """

    model: str
    strategy: str
    score: float
    low: float
    high: float
    seconds: float
    ms_a_text: float
    memory_mb: float
    size_mb: float | None = None
    license: str | None = None
    behind: Difference | None = None
    on_front: bool = False

    @property
    def name(self) -> str:
        """The model and how it was used."""
        return f"{self.model} ({self.strategy})" if self.strategy else self.model


@dataclass(frozen=True, slots=True)
class Comparison:
    """The candidates, the best first; those dropped on the way, with the reason; and a sentence.

    ``chosen`` is the name of the candidate to take, ``seconds`` what the whole comparison took.
    """

    data: str
    task: str
    metric: str
    rows: int
    candidates: tuple[Candidate, ...]
    left_out: dict[str, str]
    verdict: str
    chosen: str = ""
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)

    @property
    def choice(self) -> Candidate:
        """The candidate to take."""
        return next(c for c in self.candidates if c.name == self.chosen)


def with_front(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates with those marked that none beats in score, time to answer and memory at once."""

    def beaten(one: Candidate) -> bool:
        return any(
            other.score >= one.score
            and other.ms_a_text <= one.ms_a_text
            and other.memory_mb <= one.memory_mb
            and (other.score, -other.ms_a_text, -other.memory_mb)
            != (one.score, -one.ms_a_text, -one.memory_mb)
            for other in candidates
        )

    return tuple(replace(c, on_front=not beaten(c)) for c in candidates)


def choose(candidates: Sequence[Candidate], scale: float) -> tuple[Candidate, str]:
    """The smallest within half a point of the best, and why; ``scale`` is 100 for percentages.

    Of equally small ones the better: what it took to have them is spent already.
    """
    best, *rest = candidates
    near = [c for c in candidates if c.score >= (best.score - NEAR * scale) - 1e-9]
    taken = min(near, key=lambda c: (c.memory_mb, -c.score, c.seconds))
    said = f"{best.name} is best with {best.score:.3f}"
    if taken is not best:
        return taken, (
            f"{said}; {taken.name} is within half a point of it ({taken.score:.3f}) and smaller:"
            f" take {taken.name}."
        )
    if not rest:
        return taken, f"{said}: take it."
    second = rest[0]
    sure = second.behind is not None and second.behind.high < 0
    how = "measurably" if sure else "but not measurably"
    return taken, f"{said}, {how} ahead of {second.name} ({second.score:.3f}): take {best.name}."
