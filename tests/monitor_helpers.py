"""Shared by the tests of the opinion monitor: fake models, rows, and what a store holds."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from chains.opinion_monitor import MonitorConfig, OpinionMonitor
from chains.opinion_monitor.classification import PostClassifiers

DAY = 86_400
BEGIN = 1_704_067_200  # Monday, 1 January 2024.
NOW = BEGIN + 400 * DAY


class KeywordModel:
    """A model that predicts the first label that is a word of the text, else the last one."""

    def __init__(self, *labels: str, delay: float = 0.0) -> None:
        self.labels, self.delay = labels, delay

    def predict(self, texts: Sequence[str]) -> list[Any]:
        time.sleep(self.delay)
        return [self._prediction(text) for text in texts]

    def _prediction(self, text: str) -> Any:
        label = next((name for name in self.labels if name in text), self.labels[-1])
        scores = {name: 0.9 if name == label else 0.05 for name in self.labels}
        return SimpleNamespace(label=label, score=0.9, scores=scores)


def keyword_classifiers(delay: float = 0.0) -> PostClassifiers:
    return PostClassifiers(
        KeywordModel("positive", "negative", "neutral", delay=delay),
        KeywordModel("rail", "post", "gas"),
    )


def open_monitor(
    tmp_path: Path, name: str = "m.db", sinks: Sequence[Any] = (), **settings: Any
) -> OpinionMonitor:
    settings = {"batch_size": 64, "lateness_hours": 0, **settings}
    config = MonitorConfig(sentiment="m", store=tmp_path / name, **settings)
    return OpinionMonitor(config, keyword_classifiers(), sinks)


def row(day: float, text: str, **fields: Any) -> dict[str, Any]:
    return {"text": text, "created_at": BEGIN + day * DAY, **fields}


def quiet_days(days: int, posts_a_day: int = 4) -> list[dict[str, Any]]:
    """Return the same number of posts every day, one in four of them negative."""
    sentiments = ("positive", "neutral", "negative", "neutral")
    return [
        row(day + 0.1 * n, f"rail is {sentiments[n % 4]} {day} {n}", id=f"{day}-{n}")
        for day in range(days)
        for n in range(posts_a_day)
    ]


def write_rows(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(values) + "\n" for values in rows), "utf-8")
    return path


def stored_content(path: Path) -> list[tuple[Any, ...]]:
    """Return the counts, posts and alerts of a store."""
    with sqlite3.connect(path) as db:
        return [
            *db.execute("SELECT * FROM window_counts ORDER BY kind, name, start"),
            *db.execute("SELECT key, topic, sentiment, polarity FROM posts ORDER BY key"),
            *db.execute("SELECT id, severity FROM alerts ORDER BY id"),
        ]


def stored_posts(path: Path) -> int:
    """Return the number of stored posts; 0 while the store is not there."""
    try:
        with sqlite3.connect(path) as db:
            return int(db.execute("SELECT count(*) FROM posts").fetchone()[0])
    except sqlite3.Error:
        return 0
