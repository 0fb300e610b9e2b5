"""Counts of posts by subject and window, in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace

from chains.opinion_monitor.sentiments import POLARITY_SCALE, Sentiment
from chains.opinion_monitor.subjects import Subject


@dataclass(frozen=True, slots=True)
class WindowCounts:
    """Posts of a subject in a window: how many of each sentiment, and the sum of polarities."""

    posts: int = 0
    positive: int = 0
    neutral: int = 0
    negative: int = 0
    polarity: int = 0

    def with_post(self, sentiment: Sentiment, polarity: int) -> WindowCounts:
        """Return the counts after one more post."""
        counts = {sentiment: self.count(sentiment) + 1}
        return replace(self, posts=self.posts + 1, polarity=self.polarity + polarity, **counts)

    def __add__(self, other: WindowCounts) -> WindowCounts:
        return WindowCounts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def count(self, sentiment: Sentiment) -> int:
        """Return the number of posts of a sentiment."""
        return int(getattr(self, sentiment))

    def share(self, sentiment: Sentiment) -> float:
        """Return the share of posts of a sentiment; 0 without posts."""
        return self.count(sentiment) / self.posts if self.posts else 0.0

    @property
    def mean_sentiment(self) -> float:
        """The mean polarity, from -1 to 1; 0 without posts."""
        return self.polarity / POLARITY_SCALE / self.posts if self.posts else 0.0


NO_POSTS = WindowCounts()


class CountSeries:
    """The counts of every subject by window start. A window without posts has zero counts."""

    def __init__(self, window_seconds: int) -> None:
        self.window_seconds = window_seconds
        self.first_window: int | None = None
        self._counts: defaultdict[Subject, dict[int, WindowCounts]] = defaultdict(dict)

    def window_start(self, time: float) -> int:
        """Return the start of the window that holds ``time``."""
        return int(time // self.window_seconds) * self.window_seconds

    def set(self, subject: Subject, start: int, counts: WindowCounts) -> None:
        """Set the counts of a subject in a window."""
        self._counts[subject][start] = counts
        self.first_window = start if self.first_window is None else min(self.first_window, start)

    def add_post(self, subject: Subject, start: int, sentiment: Sentiment, polarity: int) -> None:
        """Count one post."""
        self.set(subject, start, self.get(subject, start).with_post(sentiment, polarity))

    def get(self, subject: Subject, start: int) -> WindowCounts:
        """Return the counts of a subject in a window."""
        return self._counts[subject].get(start, NO_POSTS) if subject in self._counts else NO_POSTS

    def history(self, subject: Subject, start: int, length: int) -> list[WindowCounts]:
        """Return up to ``length`` windows before ``start``, oldest first, from the first post on."""
        first = start if self.first_window is None else self.first_window
        begin = max(first, start - length * self.window_seconds)
        return [self.get(subject, at) for at in range(begin, start, self.window_seconds)]

    def subjects(self) -> Iterator[Subject]:
        """Iterate over the subjects."""
        return iter(list(self._counts))

    def starts(self, subject: Subject) -> list[int]:
        """Return the starts of the windows in which a subject has posts, in order."""
        return sorted(self._counts[subject]) if subject in self._counts else []

    def total_posts(self, subject: Subject, since: int, until: int) -> int:
        """Return the number of posts in windows that start in ``[since, until)``."""
        windows = self._counts[subject]
        return sum(counts.posts for start, counts in windows.items() if since <= start < until)

    def drop_before(self, start: int) -> None:
        """Remove the windows that start before ``start``."""
        for subject, windows in list(self._counts.items()):
            for old in [at for at in windows if at < start]:
                del windows[old]
            if not windows:
                del self._counts[subject]
