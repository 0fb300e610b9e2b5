"""Event-time windows: count posts, close windows by a watermark, and detect alerts in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from chains.opinion_monitor.alert_detector import AlertDetector
from chains.opinion_monitor.alerts import Alert, AlertRecord, Measure
from chains.opinion_monitor.classification import ClassifiedPost
from chains.opinion_monitor.config import HOUR, MonitorConfig
from chains.opinion_monitor.store import MonitorStore, PostOrder
from chains.opinion_monitor.subjects import ALL_POSTS

EXAMPLE_POSTS = 5  # Posts that are kept with an alert.
RETESTED_WINDOWS = 7  # Closed windows that late posts may lead to a second test of.
EXAMPLE_ORDER: dict[Measure, PostOrder] = {
    "volume": "topic_score",
    "negative": "most_negative",
    "positive": "most_positive",
}


class WindowTracker:
    """The recent counts in memory, and how far windows are closed.

    Whatever a method changes is written to the store as well. The caller opens the transaction,
    and calls ``restore`` if it fails.
    """

    def __init__(self, config: MonitorConfig, store: MonitorStore) -> None:
        self.config, self.store = config, store
        self.restore()

    def restore(self) -> None:
        """Load the state from the store."""
        self.newest_post = float(self.store.state("newest_post") or 0)
        self.closed_until = int(self.store.state("closed_until") or 0)
        since = self.closed_until - self._kept_seconds
        self.series = self.store.series(since)
        first = self.store.state("first_window")
        self.series.first_window = int(first) if first else self.series.first_window
        self.detector = AlertDetector(self.config, self.series)
        self.detector.restore(self.store.alerts(since))

    @property
    def _kept_seconds(self) -> int:
        return (self.config.history + RETESTED_WINDOWS + 1) * self.config.window_seconds

    def is_late(self, time: float) -> bool:
        """Return whether the window of a time is closed."""
        return self.series.window_start(time) < self.closed_until

    def count(self, posts: Sequence[ClassifiedPost]) -> None:
        """Add posts to the counts in memory; the store counts them by itself."""
        for classified in posts:
            start = self.series.window_start(classified.post.time)
            for subject in classified.subjects:
                self.series.add_post(subject, start, classified.sentiment, classified.polarity)
        if posts:
            self.newest_post = max(self.newest_post, *(c.post.time for c in posts))
            self.store.set_state("newest_post", repr(self.newest_post))
            self.store.set_state("first_window", self.series.first_window)

    def detect(self, posts: Sequence[ClassifiedPost], late: set[str]) -> list[AlertRecord]:
        """Detect alerts after posts were counted; ``late`` are the keys of late posts.

        Tests recent closed windows that late posts changed, then windows that the newest post
        closes, then open windows that posts changed.
        """
        changed = {self.series.window_start(c.post.time) for c in posts}
        changed_late = {self.series.window_start(c.post.time) for c in posts if c.post.key in late}
        oldest = self.closed_until - RETESTED_WINDOWS * self.config.window_seconds
        alerts: list[AlertRecord] = []
        for start in sorted(at for at in changed_late if at >= oldest):
            alerts += self._raise(self.detector.detect(start))
        alerts += self.close_until(self.newest_post - self.config.lateness_hours * HOUR)
        for start in sorted(at for at in changed if at >= self.closed_until):
            alerts += self._raise(self.detector.detect(start, still_open=True))
        return alerts

    def close_until(self, watermark: float) -> list[AlertRecord]:
        """Close the windows that end before the watermark, and detect alerts in them, in order."""
        closed_until = self.series.window_start(watermark)
        if closed_until <= self.closed_until:
            return []
        alerts: list[AlertRecord] = []
        for start in self.series.starts(ALL_POSTS):
            if self.closed_until <= start < closed_until:
                alerts += self._raise(self.detector.detect(start))
        self.closed_until = closed_until
        self.store.set_state("closed_until", closed_until)
        self.series.drop_before(closed_until - self._kept_seconds)
        return alerts

    def _raise(self, alerts: Iterable[Alert]) -> list[AlertRecord]:
        """Store alerts with example posts, and return the records."""
        records = []
        for alert in alerts:
            self.detector.record([alert])
            record = {**alert.as_dict(), "example_posts": example_posts(self.store, alert)}
            self.store.add_alert(record)
            records.append(record)
        return records


def example_posts(store: MonitorStore, alert: Alert) -> list[dict[str, Any]]:
    """Return different posts of an alert's window: the most polar ones, or the surest on topic."""
    posts = store.posts(
        alert.subject,
        alert.start,
        alert.end,
        EXAMPLE_ORDER[alert.measure],
        limit=EXAMPLE_POSTS * 10,
    )
    by_text: dict[str, dict[str, Any]] = {}
    for post in posts:
        by_text.setdefault(" ".join(post["text"].casefold().split()), post)
    return list(by_text.values())[:EXAMPLE_POSTS]
