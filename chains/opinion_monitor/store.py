"""The store of a monitor: posts, counts, source positions and alerts in one SQLite file.

The caller writes a batch of posts and the positions of their sources in one transaction. After a
crash, either all of a batch is stored or nothing of it, so no post is lost or counted twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from chains.opinion_monitor.alerts import AlertRecord
from chains.opinion_monitor.classification import ClassifiedPost
from chains.opinion_monitor.database import MonitorDatabase
from chains.opinion_monitor.sources.base import SourceItem
from chains.opinion_monitor.subjects import Subject
from chains.opinion_monitor.time_series import NO_POSTS, CountSeries, WindowCounts

PostOrder = Literal["arrival", "topic_score", "most_negative", "most_positive"]

ORDER_SQL: dict[PostOrder, str] = {
    "arrival": "p.id",
    "topic_score": "p.topic_score DESC",
    "most_negative": "p.polarity",
    "most_positive": "p.polarity DESC",
}
INSERT_COUNTS = """
INSERT INTO window_counts VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    posts = posts + excluded.posts, positive = positive + excluded.positive,
    neutral = neutral + excluded.neutral, negative = negative + excluded.negative,
    polarity = polarity + excluded.polarity
"""
INSERT_POST = (
    "INSERT INTO posts (key, source, text, time, topic, topic_score, sentiment, sentiment_score,"
    " polarity, late) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
POST_COLUMNS = "p.text, p.time, p.topic, p.sentiment, p.sentiment_score, p.polarity, p.source"
MAX_REJECTED_CHARACTERS = 2_000
MAX_SQL_VARIABLES = 500
FOREVER = 1e18


class MonitorStore(MonitorDatabase):
    """Read and write what a monitor keeps. Times are seconds since 1970."""

    def positions(self) -> dict[str, str]:
        """Return the stored position of each source."""
        return dict(self.connection.execute("SELECT source, position FROM positions"))

    def save_positions(self, items: Iterable[SourceItem]) -> None:
        """Store the positions of the sources after these items."""
        last = {item.source: item.position for item in items}
        statement = "INSERT OR REPLACE INTO positions VALUES (?, ?)"
        self.connection.executemany(statement, last.items())

    def existing_keys(self, keys: Sequence[str]) -> set[str]:
        """Return those of the keys whose posts are stored."""
        existing: set[str] = set()
        for start in range(0, len(keys), MAX_SQL_VARIABLES):
            part = keys[start : start + MAX_SQL_VARIABLES]
            marks = ",".join("?" * len(part))
            query = f"SELECT key FROM posts WHERE key IN ({marks})"
            existing.update(key for (key,) in self.connection.execute(query, part))
        return existing

    def add_posts(self, posts: Iterable[ClassifiedPost], late: set[str]) -> None:
        """Store posts and add them to the counts; ``late`` are keys of posts of closed windows."""
        counts: dict[tuple[str, str, int], WindowCounts] = {}
        for classified in posts:
            post_id = self._insert_post(classified, classified.post.key in late)
            start = int(classified.post.time // self.window_seconds) * self.window_seconds
            for kind, name in classified.subjects:
                self.connection.execute(
                    "INSERT OR IGNORE INTO post_subjects VALUES (?, ?, ?)", (kind, name, post_id)
                )
                key = (kind, name, start)
                counts[key] = counts.get(key, NO_POSTS).with_post(
                    classified.sentiment, classified.polarity
                )
        self.connection.executemany(
            INSERT_COUNTS,
            [
                (*key, c.posts, c.positive, c.neutral, c.negative, c.polarity)
                for key, c in counts.items()
            ],
        )

    def _insert_post(self, classified: ClassifiedPost, is_late: bool) -> int | None:
        post = classified.post
        values = (
            post.key, post.source, post.text, post.time, classified.topic, classified.topic_score,
            classified.sentiment, classified.sentiment_score, classified.polarity, int(is_late),
        )  # fmt: skip
        return self.connection.execute(INSERT_POST, values).lastrowid

    def add_rejected(self, rejected: Iterable[tuple[SourceItem, str]]) -> None:
        """Store rows that are no posts, each with the reason."""
        rows = [
            (
                item.source,
                item.position,
                reason,
                json.dumps(item.row, default=str)[:MAX_REJECTED_CHARACTERS],
            )
            for item, reason in rejected
        ]
        self.connection.executemany("INSERT INTO rejected VALUES (?, ?, ?, ?)", rows)

    def rejected(self, limit: int = 5) -> list[tuple[str, str]]:
        """Return the source and the reason of the first rejected rows."""
        query = "SELECT source, reason FROM rejected LIMIT ?"
        return [(source, reason) for source, reason in self.connection.execute(query, (limit,))]

    def add_alert(self, record: AlertRecord) -> None:
        """Store an alert, unless its id is stored already."""
        fields = ("id", "kind", "name", "measure", "start", "severity")
        self.connection.execute(
            "INSERT OR IGNORE INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*(record[field] for field in fields), json.dumps(record, ensure_ascii=False)),
        )

    def alerts(self, since: float = 0.0, until: float = FOREVER) -> list[AlertRecord]:
        """Return the alerts of windows that overlap ``[since, until)``, oldest first."""
        rows = self.connection.execute(
            "SELECT record FROM alerts WHERE start > ? AND start < ? ORDER BY start, id",
            (since - self.window_seconds, until),
        )
        return [json.loads(record) for (record,) in rows]

    def undelivered_alerts(self, sink: str) -> list[AlertRecord]:
        """Return the alerts that were not delivered to a sink, oldest first."""
        rows = self.connection.execute(
            "SELECT record FROM alerts WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE"
            " d.alert = alerts.id AND d.sink = ?) ORDER BY start, id",
            (sink,),
        )
        return [json.loads(record) for (record,) in rows]

    def mark_delivered(self, alert_id: str, sink: str) -> None:
        """Record that a sink has received an alert."""
        statement = "INSERT OR IGNORE INTO deliveries VALUES (?, ?)"
        self.connection.execute(statement, (alert_id, sink))

    def series(self, since: float = 0.0, until: float = FOREVER) -> CountSeries:
        """Load the counts of windows that overlap ``[since, until)``."""
        series = CountSeries(self.window_seconds)
        rows = self.connection.execute(
            "SELECT * FROM window_counts WHERE start > ? AND start < ? ORDER BY start",
            (since - self.window_seconds, until),
        )
        for kind, name, start, *counts in rows:
            series.set((kind, name), start, WindowCounts(*counts))
        return series

    def posts(
        self,
        subject: Subject,
        since: float = 0.0,
        until: float = FOREVER,
        order: PostOrder = "arrival",
        limit: int = -1,
    ) -> list[dict[str, Any]]:
        """Return the posts on a subject with a time in ``[since, until)``, as plain values."""
        cursor = self.connection.execute(
            f"SELECT {POST_COLUMNS} FROM post_subjects s JOIN posts p ON p.id = s.post"
            " WHERE s.kind = ? AND s.name = ? AND p.time >= ? AND p.time < ?"
            f" ORDER BY {ORDER_SQL[order]}, p.id LIMIT ?",
            (*subject, since, until, limit),
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def totals(self) -> dict[str, int]:
        """Return the numbers of posts, duplicates, late posts, rejected rows and alerts."""
        query = """
            SELECT count(*), coalesce(sum(late), 0), (SELECT count(*) FROM rejected),
                (SELECT count(*) FROM alerts) FROM posts
        """
        posts, late, rejected, alerts = self.connection.execute(query).fetchone()
        return {
            "posts": posts,
            "duplicates": int(self.state("duplicates") or 0),
            "late": late,
            "rejected": rejected,
            "alerts": alerts,
        }

    def time_span(self) -> tuple[float, float] | None:
        """Return the times of the first and the last post; ``None`` without posts."""
        query = "SELECT min(time), max(time) FROM posts"
        first, last = self.connection.execute(query).fetchone()
        return None if first is None else (first, last)
