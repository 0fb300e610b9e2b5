"""The result of a comparison: a candidate for each trial, the one to choose, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from chainzoo.metrics.bootstrap import Difference

CLOSE = 0.5  # Points: a candidate as close as that to the best is as good, and may be cheaper.


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model and a strategy, with its score and its cost on the same rows as the others.

    ``low`` and ``high`` bound the 95 % interval of the score. ``seconds`` is the training time,
    ``memory_mb`` the weights in memory, ``size_mb`` the card's file. ``gap`` is the paired
    difference to the best candidate, ``None`` for the best. ``pareto_optimal`` says that no other
    candidate is better without being slower or larger.
    """

    model: str
    strategy: str
    score: float
    low: float
    high: float
    seconds: float
    ms_per_text: float
    memory_mb: float
    size_mb: float | None = None
    license: str | None = None
    gap: Difference | None = None
    pareto_optimal: bool = False

    @property
    def name(self) -> str:
        """The model, and the strategy in brackets."""
        return f"{self.model} ({self.strategy})" if self.strategy else self.model


@dataclass(frozen=True, slots=True)
class SelectionResult:
    """Candidates that were measured on ``rows`` rows of data, and the name of the ``chosen`` one.

    ``skipped`` maps what was not tried, or not to the end, to the reason. ``verdict`` explains the
    choice in one sentence. ``seconds`` is the time that the measurement took.
    """

    data: str
    task: str
    metric: str
    rows: int
    candidates: tuple[Candidate, ...]
    skipped: dict[str, str]
    chosen: str
    verdict: str
    seconds: float

    @property
    def choice(self) -> Candidate:
        """The candidate to take."""
        return next(c for c in self.candidates if c.name == self.chosen)

    def as_dict(self) -> dict[str, Any]:
        """The result as plain values that JSON can hold."""
        return asdict(self)


class Comparison(SelectionResult):
    """Models compared on some data; the candidates are sorted by their score, the best first."""

    __slots__ = ()


class Advice(SelectionResult):
    """Whether to tune: the candidates are the strategies that were tried, the cheapest first."""

    __slots__ = ()


def mark_pareto_optimal(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Mark the candidates that no other one beats in score, speed and memory at once."""

    def costs(candidate: Candidate) -> tuple[float, float, float]:
        return -candidate.score, candidate.ms_per_text, candidate.memory_mb

    def is_beaten(candidate: Candidate) -> bool:
        own = costs(candidate)
        return any(
            costs(other) != own and all(a <= b for a, b in zip(costs(other), own, strict=True))
            for other in candidates
        )

    return tuple(replace(c, pareto_optimal=not is_beaten(c)) for c in candidates)


def choose(candidates: Sequence[Candidate], point: float) -> tuple[Candidate, str]:
    """Choose the smallest candidate within half a point of the best; return it, and why.

    ``candidates`` are sorted by their score, the best first; ``point`` is a hundredth of the scale.
    Of equally small ones the better is chosen: the time to train it is spent already.
    """
    best, *others = candidates
    close = [c for c in candidates if c.score >= best.score - CLOSE * point - 1e-9]
    chosen = min(close, key=lambda c: (c.memory_mb, -c.score, c.seconds))
    lead = f"{best.name} is best with {best.score:.3f}"
    if chosen is not best:
        return chosen, (
            f"{lead}; {chosen.name} is within half a point of it ({chosen.score:.3f}) and smaller:"
            f" take {chosen.name}."
        )
    if not others:
        return chosen, f"{lead}: take it."
    second = others[0]
    measurable = second.gap is not None and second.gap.high < 0
    how = "measurably" if measurable else "but not measurably"
    return chosen, f"{lead}, {how} ahead of {second.name} ({second.score:.3f}): take {best.name}."
