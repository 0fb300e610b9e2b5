"""Ingestion: counts, deduplication, transactions, and recovery after a crash."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from chains.opinion_monitor import MonitorConfig
from chains.opinion_monitor.sources import FileSource
from chainzoo import DataError
from tests.monitor_helpers import (
    BEGIN,
    DAY,
    open_monitor,
    quiet_days,
    row,
    stored_content,
    stored_posts,
    write_rows,
)
from tests.tracing import RecordingTracer

ROOT = Path(__file__).parents[1]
CHILD = """
import sys
from pathlib import Path
from chains.opinion_monitor import MonitorConfig, OpinionMonitor
from chains.opinion_monitor.sinks import FileSink
from chains.opinion_monitor.sources import FileSource
from tests.monitor_helpers import keyword_classifiers
posts, store = sys.argv[1:]
config = MonitorConfig(sentiment="m", store=Path(store), batch_size=16)
classifiers = keyword_classifiers(delay=0.02)
with OpinionMonitor(config, classifiers, [FileSink(store + ".jsonl")]) as monitor:
    monitor.run([FileSource(posts)])
"""


def test_a_second_run_finds_nothing_new(tmp_path: Path) -> None:
    rows = [
        row(0, "rail positive $BA"),
        row(0.5, "rail negative"),
        row(1, "gas neutral $ba"),
        row(1, "gas neutral $ba"),
    ]
    path = write_rows(tmp_path / "posts.jsonl", rows)
    with path.open("a") as file:
        file.write('{"broken\n{"no": "text"}\n')
    for _ in range(2):
        with open_monitor(tmp_path) as monitor:
            totals = monitor.run([FileSource(path)])
            series = monitor.store.series()
    assert totals == {"posts": 3, "duplicates": 1, "late": 0, "rejected": 2, "alerts": 0}
    rail = series.get(("topic", "rail"), BEGIN)
    assert (rail.posts, rail.positive, rail.negative, rail.mean_sentiment) == (2, 1, 1, 0.0)
    assert series.get(("ticker", "BA"), BEGIN).posts == 1
    assert series.get(("ticker", "BA"), BEGIN + DAY).posts == 1
    assert series.get(("all", "all posts"), BEGIN).posts == 2


def test_deduplication_by_text_counts_a_text_once_a_day(tmp_path: Path) -> None:
    rows = [
        row(0, "rail  positive", id=1),
        row(0.5, "Rail positive", id=2),
        row(1, "rail positive"),
    ]
    with open_monitor(tmp_path, deduplicate_by="text") as monitor:
        result = monitor.invoke(rows)
    assert (result.posts, result.duplicates) == (2, 1)


def test_late_posts_are_counted_in_their_window(tmp_path: Path) -> None:
    with open_monitor(tmp_path, lateness_hours=6) as monitor:
        monitor.invoke(quiet_days(40))
        late = [row(38.5, f"rail negative {n}", id=f"late{n}") for n in range(40)]
        result = monitor.invoke(late)
        assert result.late == 40
        series = monitor.store.series()
        assert series.get(("topic", "rail"), BEGIN + 38 * DAY).posts == 44
        assert {alert["start"] for alert in result.alerts} == {BEGIN + 38 * DAY}
        assert monitor.invoke([row(39.2, "rail", id="soon")]).late == 0


def test_a_failed_batch_stores_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("disk")

    path = write_rows(tmp_path / "posts.jsonl", quiet_days(2))
    with open_monitor(tmp_path) as monitor:
        with monkeypatch.context() as patch:
            patch.setattr(monitor.store, "add_rejected", fail)
            with pytest.raises(RuntimeError):
                monitor.run([FileSource(path)])
        assert stored_content(monitor.config.store) == []
        assert monitor.store.positions() == {}
        assert monitor.run([FileSource(path)])["posts"] == 8


def test_after_a_kill_it_continues_and_stores_the_same(tmp_path: Path) -> None:
    surge = [row(40 + n / 100, f"rail negative {n}", id=n) for n in range(60)]
    path = write_rows(tmp_path / "posts.jsonl", [*quiet_days(40), *surge, *quiet_days(10)])
    complete, killed = tmp_path / "complete.db", tmp_path / "killed.db"
    _ingest_in_child(path, complete)

    kills = 0
    for posts in (30, 110):
        child = subprocess.Popen(_command(path, killed), cwd=ROOT, env=_environment())
        while child.poll() is None and stored_posts(killed) < posts:
            time.sleep(0.002)
        os.kill(child.pid, signal.SIGKILL)
        kills += child.wait() == -signal.SIGKILL
    assert kills == 2
    assert 0 < stored_posts(killed) < 220
    _ingest_in_child(path, killed)
    assert stored_content(killed) == stored_content(complete)
    assert stored_posts(killed) == 220
    alerts = [Path(f"{store}.jsonl").read_text().splitlines() for store in (complete, killed)]
    assert sorted(alerts[0]) == sorted(alerts[1]) != []


def _command(posts: Path, store: Path) -> Sequence[str]:
    return [sys.executable, "-c", CHILD, str(posts), str(store)]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _ingest_in_child(posts: Path, store: Path) -> None:
    subprocess.run(_command(posts, store), cwd=ROOT, env=_environment(), check=True)


def test_a_store_has_one_writer_and_one_window_length(tmp_path: Path) -> None:
    with open_monitor(tmp_path), pytest.raises(DataError, match="another monitor"):
        open_monitor(tmp_path)
    with pytest.raises(DataError, match="windows are of 24 hours"):
        open_monitor(tmp_path, window="hour")


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.db").write_text("this is no database, and long enough to be seen as none" * 20)
    with pytest.raises(DataError, match="cannot be opened"):
        open_monitor(tmp_path)


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "m.db") as db:
        db.execute("PRAGMA user_version = 1")
    with pytest.raises(DataError, match="its version is 1, expected 2"):
        open_monitor(tmp_path)


def test_batch_returns_the_exception_of_a_batch_that_fails(tmp_path: Path) -> None:
    with open_monitor(tmp_path) as monitor:
        no_rows: Any = None
        inputs = [[row(0, "rail")], no_rows, [row(0, "rail")]]
        results = monitor.batch(inputs, return_exceptions=True)
        with pytest.raises(TypeError):
            monitor.batch(inputs)
    assert isinstance(results[1], TypeError)
    assert [results[0].posts, results[2].duplicates] == [1, 1]


async def test_async_calls_ingest_in_order(tmp_path: Path) -> None:
    with open_monitor(tmp_path) as monitor:
        first = await monitor.ainvoke([row(0, "rail")])
        second, third = await monitor.abatch([[row(0, "rail")], [row(1, "gas")]])
    assert (first.posts, second.duplicates, third.posts) == (1, 1, 1)


def test_a_trace_shows_each_model(tmp_path: Path) -> None:
    tracer = RecordingTracer()
    with open_monitor(tmp_path) as monitor:
        monitor.invoke([row(0, "rail")], {"callbacks": [tracer]})
        schema = monitor.get_output_jsonschema()
    assert tracer.step_names() == ["classify_sentiment", "classify_topic"]
    assert {"posts", "duplicates", "alerts"} <= set(schema["$defs"]["IngestResult"]["properties"])


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="sentimnt"):
        MonitorConfig(sentiment="m", sentimnt="m")  # type: ignore[call-arg]
