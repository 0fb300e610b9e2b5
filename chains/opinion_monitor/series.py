"""Counts by subject and window, in memory: what the change test looks at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace

from chains.opinion_monitor.posts import Subject

ONE = 10_000  # A mood of 1.0: moods are whole numbers, so that sums are exact in any order.
MOODS = ("positive", "neutral", "negative")
ALL: Subject = ("all", "all posts")


def called(kind: str, name: str) -> str:
    """What a subject is called in words."""
    return name if kind == ALL[0] else f"{kind} {name}"


@dataclass(frozen=True, slots=True)
class Cell:
    """The posts on a subject in a window: how many, of which mood, and the sum of their moods."""

    posts: int = 0
    positive: int = 0
    neutral: int = 0
    negative: int = 0
    value: int = 0

    def with_post(self, mood: str, value: int) -> Cell:
        """This and a post more."""
        more = {mood: getattr(self, mood) + 1}
        return replace(self, posts=self.posts + 1, value=self.value + value, **more)

    def __add__(self, other: Cell) -> Cell:
        return Cell(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def read_fields(self) -> tuple[int, ...]:
        """Its five numbers."""
        return (self.posts, self.positive, self.neutral, self.negative, self.value)

    @property
    def mean(self) -> float:
        """The mean mood, from -1 to 1."""
        return self.value / ONE / self.posts if self.posts else 0.0

    def share(self, mood: str) -> float:
        """The share of posts of a mood."""
        return float(getattr(self, mood) / self.posts) if self.posts else 0.0


NOTHING = Cell()


class Series:
    """The cells of every subject. A window without posts is an empty cell."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self._cells: defaultdict[Subject, dict[int, Cell]] = defaultdict(dict)
        self.first: int | None = None

    def start(self, time: float) -> int:
        """The beginning of the window that a time is in."""
        return int(time // self.seconds) * self.seconds

    def put(self, subject: Subject, start: int, cell: Cell) -> None:
        """Set a cell."""
        self._cells[subject][start] = cell
        self.first = start if self.first is None else min(self.first, start)

    def add(self, subject: Subject, start: int, mood: str, value: int) -> None:
        """Count a post."""
        self.put(subject, start, self.get(subject, start).with_post(mood, value))

    def get(self, subject: Subject, start: int) -> Cell:
        """A cell."""
        return self._cells[subject].get(start, NOTHING) if subject in self._cells else NOTHING

    def history(self, subject: Subject, start: int, length: int) -> list[Cell]:
        """The cells before a window, the oldest first, back to the first post of all at most."""
        first = start if self.first is None else self.first
        begin = max(first, start - length * self.seconds)
        return [self.get(subject, at) for at in range(begin, start, self.seconds)]

    def subjects(self) -> Iterator[Subject]:
        """Every subject."""
        return iter(list(self._cells))

    def starts(self, subject: Subject) -> list[int]:
        """The windows in which a subject has posts, in order."""
        return sorted(self._cells[subject]) if subject in self._cells else []

    def total(self, subject: Subject, since: int, until: int) -> int:
        """Posts on a subject in windows from ``since`` up to ``until``."""
        cells = self._cells[subject]
        return sum(cell.posts for at, cell in cells.items() if since <= at < until)

    def forget(self, before: int) -> None:
        """Drop windows that nothing is compared with any more."""
        for subject, cells in list(self._cells.items()):
            for at in [at for at in cells if at < before]:
                del cells[at]
            if not cells:
                del self._cells[subject]
