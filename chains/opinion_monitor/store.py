"""What a monitor knows, in one SQLite file: posts, counts, positions and alerts, written together.

``commit`` is one transaction: after a crash either all of a batch is there, with the position of
its source, or nothing of it. So nothing is lost and nothing is counted twice.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chains.opinion_monitor.reading import Judged
from chains.opinion_monitor.series import Cell, Series
from chains.opinion_monitor.sources import Item
from chainzoo import DataError

VERSION = 1
SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE positions (source TEXT PRIMARY KEY, position TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE posts (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, source TEXT NOT NULL, text TEXT NOT NULL,
    time REAL NOT NULL, topic TEXT, topic_score REAL, sentiment TEXT NOT NULL,
    sentiment_score REAL NOT NULL, value INTEGER NOT NULL, late INTEGER NOT NULL);
CREATE INDEX posts_by_time ON posts (time);
CREATE TABLE mentions (kind TEXT, name TEXT, post INTEGER, PRIMARY KEY (kind, name, post))
    WITHOUT ROWID;
CREATE TABLE cells (
    kind TEXT, name TEXT, start INTEGER, posts INTEGER NOT NULL, positive INTEGER NOT NULL,
    neutral INTEGER NOT NULL, negative INTEGER NOT NULL, value INTEGER NOT NULL,
    PRIMARY KEY (kind, name, start)) WITHOUT ROWID;
CREATE INDEX cells_by_start ON cells (start);
CREATE TABLE refused (source TEXT, position TEXT, reason TEXT, row TEXT);
CREATE TABLE alerts (
    id TEXT PRIMARY KEY, kind TEXT, name TEXT, measure TEXT, start INTEGER, severity TEXT,
    record TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE deliveries (alert TEXT, sink TEXT, PRIMARY KEY (alert, sink)) WITHOUT ROWID;
"""
ADD_CELL = """
INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    posts = posts + excluded.posts, positive = positive + excluded.positive,
    neutral = neutral + excluded.neutral, negative = negative + excluded.negative,
    value = value + excluded.value
"""
ADD_POST = (
    "INSERT INTO posts (key, source, text, time, topic, topic_score, sentiment, sentiment_score,"
    " value, late) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
POST_FIELDS = "p.text, p.time, p.topic, p.sentiment, p.sentiment_score, p.value, p.source"


class Store:
    """One SQLite file. One process writes; any number may read."""

    def __init__(self, path: Path, seconds: int | None = None) -> None:
        """Open, or make where ``seconds`` (the length of a window) is told.

        Raises:
            DataError: the file is none of ours, or its windows are of another length.
        """
        self.path = path
        if seconds is None and not path.exists():
            raise DataError(
                "there is no monitor's store.",
                file=path,
                remedy="Run `chainzoo monitor --sentiment MODEL --input FILE` first, or name --store.",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._prepare(seconds)
        except sqlite3.Error as error:
            raise DataError(
                f"cannot be opened as a monitor's store: {error}.",
                file=path,
                remedy="Name another file with --store.",
            ) from None
        self.seconds = int(self.fact("seconds") or 0)
        if seconds is not None and seconds != self.seconds:
            raise DataError(
                f"its windows are of {self.seconds // 3600} hours, asked for {seconds // 3600}.",
                file=path,
                remedy="Give the same --window, or another --store.",
            )

    def _prepare(self, seconds: int | None) -> None:
        with self.transaction():
            made = self._db.execute("PRAGMA user_version").fetchone()[0]
            if made == 0 and seconds is not None:
                for statement in SCHEMA.split(";\n"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {VERSION}")
                self.set_fact("seconds", seconds)
            elif made != VERSION:
                raise sqlite3.DatabaseError("it is not one, or of another version")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def fact(self, name: str) -> str | None:
        """A stored value, such as the watermark."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_fact(self, name: str, value: Any) -> None:
        """Store a value."""
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, str(value)))

    def count(self, name: str, by: int) -> None:
        """Add to a stored counter."""
        self.set_fact(name, int(self.fact(name) or 0) + by)

    def positions(self) -> dict[str, str]:
        """How far each source was read."""
        return dict(self._db.execute("SELECT source, position FROM positions"))

    def known(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys that are stored already."""
        found: set[str] = set()
        for at in range(0, len(keys), 500):
            part = keys[at : at + 500]
            marks = ",".join("?" * len(part))
            rows = self._db.execute(f"SELECT key FROM posts WHERE key IN ({marks})", part)
            found.update(key for (key,) in rows)
        return found

    def add_posts(self, judged: Iterable[Judged], late: set[str]) -> None:
        """Store posts with what was found in them, and add them to their cells."""
        cells: dict[tuple[str, str, int], Cell] = {}
        for one in judged:
            post = one.post
            start = int(post.time // self.seconds) * self.seconds
            written = self._db.execute(
                ADD_POST,
                (
                    *(post.key, post.source, post.text, post.time, one.topic, one.topic_score),
                    *(one.sentiment, one.sentiment_score, one.value, int(post.key in late)),
                ),
            )
            for kind, name in one.subjects:
                self._db.execute(
                    "INSERT OR IGNORE INTO mentions VALUES (?, ?, ?)",
                    (kind, name, written.lastrowid),
                )
                where = (kind, name, start)
                cells[where] = cells.get(where, Cell()).with_post(one.sentiment, one.value)
        self._db.executemany(
            ADD_CELL, [(*where, *cell.read_fields()) for where, cell in cells.items()]
        )

    def add_positions(self, items: Iterable[Item]) -> None:
        """Where the sources stand after these items."""
        last = {item.source: item.position for item in items}
        self._db.executemany("INSERT OR REPLACE INTO positions VALUES (?, ?)", last.items())

    def add_refused(self, refused: Iterable[tuple[Item, str]]) -> None:
        """Keep what was no post, and why."""
        rows = [
            (item.source, item.position, reason, json.dumps(item.row, default=str)[:2000])
            for item, reason in refused
        ]
        self._db.executemany("INSERT INTO refused VALUES (?, ?, ?, ?)", rows)

    def add_alert(self, record: dict[str, Any]) -> None:
        """Store an alert; what its subject and window have already is kept."""
        fields = ("id", "kind", "name", "measure", "start", "severity")
        self._db.execute(
            "INSERT OR IGNORE INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*(record[field] for field in fields), json.dumps(record, ensure_ascii=False)),
        )

    def alerts(self, since: float = 0.0, until: float = 1e18) -> list[dict[str, Any]]:
        """The alerts of windows that begin in a stretch of time, the oldest first."""
        rows = self._db.execute(
            "SELECT record FROM alerts WHERE start > ? AND start < ? ORDER BY start, id",
            (since - self.seconds, until),
        )
        return [json.loads(record) for (record,) in rows]

    def undelivered(self, sink: str) -> list[dict[str, Any]]:
        """Alerts that a sink has not had."""
        rows = self._db.execute(
            "SELECT record FROM alerts WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE"
            " d.alert = alerts.id AND d.sink = ?) ORDER BY start, id",
            (sink,),
        )
        return [json.loads(record) for (record,) in rows]

    def delivered(self, alert: str, sink: str) -> None:
        """Note that a sink has had an alert."""
        self._db.execute("INSERT OR IGNORE INTO deliveries VALUES (?, ?)", (alert, sink))

    def series(self, since: float = 0.0, until: float = 1e18) -> Series:
        """The cells of windows that touch a stretch of time."""
        found = Series(self.seconds)
        rows = self._db.execute(
            "SELECT * FROM cells WHERE start > ? AND start < ? ORDER BY start",
            (since - self.seconds, until),
        )
        for kind, name, start, *cell in rows:
            found.put((kind, name), start, Cell(*cell))
        return found

    def posts(
        self, kind: str, name: str, since: float, until: float, order: str = "p.id", most: int = -1
    ) -> list[dict[str, Any]]:
        """Posts on a subject in a stretch of time, as plain values."""
        asked = self._db.execute(
            f"SELECT {POST_FIELDS} FROM mentions m JOIN posts p ON p.id = m.post WHERE m.kind = ?"
            f" AND m.name = ? AND p.time >= ? AND p.time < ? ORDER BY {order}, p.id LIMIT ?",
            (kind, name, since, until, most),
        )
        names = [column[0] for column in asked.description]
        return [dict(zip(names, row, strict=True)) for row in asked]

    def totals(self) -> dict[str, int]:
        """How much there is of everything."""
        posts, late = self._db.execute(
            "SELECT count(*), coalesce(sum(late), 0) FROM posts"
        ).fetchone()
        refused = self._db.execute("SELECT count(*) FROM refused").fetchone()[0]
        alerts = self._db.execute("SELECT count(*) FROM alerts").fetchone()[0]
        repeated = int(self.fact("repeated") or 0)
        return {
            "posts": posts,
            "repeated": repeated,
            "late": late,
            "refused": refused,
            "alerts": alerts,
        }

    def refused(self, most: int = 5) -> list[tuple[str, str]]:
        """Some of what was no post: the source and why."""
        rows = self._db.execute("SELECT source, reason FROM refused LIMIT ?", (most,))
        return [(source, reason) for source, reason in rows]

    def span(self) -> tuple[float, float] | None:
        """The times of the first and the last post."""
        first, last = self._db.execute("SELECT min(time), max(time) FROM posts").fetchone()
        return None if first is None else (first, last)
