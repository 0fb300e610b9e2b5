"""Alerts: raised once for a surge, not on quiet days, and delivered to sinks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chains.opinion_monitor import AlertRule, MonitorConfig, OpinionMonitor, daily_brief
from chains.opinion_monitor.backtest import backtest
from chains.opinion_monitor.sinks import FileSink, open_sink
from chains.opinion_monitor.sources import FileSource
from chainzoo import DataError
from tests.monitor_helpers import (
    BEGIN,
    DAY,
    keyword_classifiers,
    open_monitor,
    quiet_days,
    row,
    write_rows,
)


def test_a_surge_raises_one_alert_a_measure_with_its_posts(tmp_path: Path) -> None:
    rows = quiet_days(40)
    rows += [row(40 + n / 100, f"rail negative crash {n}", id=f"s{n}") for n in range(40)]
    rows += [row(41 + n / 100, f"rail negative still {n}", id=f"t{n}") for n in range(30)]
    rows += [row(42, "gas over")]
    out = tmp_path / "alerts.jsonl"
    with open_monitor(tmp_path, sinks=[FileSink(out)]) as monitor:
        monitor.run([FileSource(write_rows(tmp_path / "posts.jsonl", rows))])
    alerts = [json.loads(line) for line in out.read_text().splitlines()]
    rail = [alert for alert in alerts if alert["name"] == "rail"]
    assert {alert["measure"] for alert in rail} == {"volume", "negative"}
    # The days after the first one are within the cooldown.
    assert {alert["start"] for alert in rail} == {BEGIN + 40 * DAY}
    assert all("crash" in post["text"] for alert in rail for post in alert["example_posts"])
    assert "expected about" in rail[0]["text"]


def test_a_quiet_stream_raises_no_alert(tmp_path: Path) -> None:
    with open_monitor(tmp_path) as monitor:
        monitor.invoke(quiet_days(80))
        monitor.ingest_nothing()
        assert monitor.store.alerts() == []


def test_a_file_sink_repeats_no_alert_and_ends_an_unfinished_line(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    path.write_text('{"id": "a"}\n{"id": "b', "utf-8")
    sink = FileSink(path)
    for alert_id in ("a", "c", "c"):
        sink.send({"id": alert_id})
    assert path.read_text("utf-8").splitlines() == ['{"id": "a"}', '{"id": "b', '{"id": "c"}']


def test_an_unknown_sink_is_refused() -> None:
    with pytest.raises(DataError, match="alerts cannot be sent to 'pigeon'"):
        open_sink("pigeon")


def test_the_brief_has_the_figures_of_the_day(tmp_path: Path) -> None:
    with open_monitor(tmp_path) as monitor:
        monitor.invoke([*quiet_days(30), row(30, "gas negative $XOM"), row(30, "gas positive")])
        last = daily_brief(monitor.store)
        before = daily_brief(monitor.store, "2024-01-30")
        empty = daily_brief(monitor.store, "2023-01-01")
    assert empty.text == "Sunday, 1 January 2023: no posts."
    assert last.text.splitlines()[0] == (
        "Wednesday, 31 January 2024: 2 posts (usually 4)."
        " 50% positive, 0% neutral, 50% negative; mean sentiment +0.00."
    )
    assert "Most discussed topics: gas 2." in last.text
    assert "Most discussed tickers: XOM 1." in last.text
    assert "rail 4 (usually 4)" in before.text
    assert "No alert." in before.text


def test_a_backtest_finds_large_surges_and_no_false_alert(tmp_path: Path) -> None:
    with open_monitor(tmp_path, batch_size=1000) as monitor:
        monitor.invoke(quiet_days(120))
        result = backtest(monitor.store, draws=6, sizes=(1, 12), rule=AlertRule(), seed=1)
    small, large = result.surges[:2]
    assert (result.subjects, result.surge_subjects, result.alerts) == (1, 1, 0)
    assert large.detected == 6
    assert large.median_delay is not None
    assert 0 < large.median_delay <= 26
    assert small.detected <= large.detected


def test_a_backtest_works_on_less_than_two_times_four_weeks(tmp_path: Path) -> None:
    config = MonitorConfig(sentiment="m", store=tmp_path / "short.db")
    with OpinionMonitor(config, keyword_classifiers()) as monitor:
        monitor.invoke(quiet_days(30))
        assert backtest(monitor.store, draws=1, sizes=(8,)).subjects == 1
