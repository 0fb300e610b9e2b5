"""The opinion monitor: nothing lost, nothing counted twice, alerts on shifts, answers by date."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from chains.opinion_monitor import AlertRule, MonitorConfig, OpinionMonitor
from chains.opinion_monitor.backtest import backtest
from chains.opinion_monitor.brief import brief_of
from chains.opinion_monitor.commands import monitor as verb
from chains.opinion_monitor.feeds import FeedSource, entries
from chains.opinion_monitor.kafka import KafkaSource
from chains.opinion_monitor.posts import UnusableError, post_of, time_of
from chains.opinion_monitor.reading import Readers, moods_of
from chains.opinion_monitor.sinks import FileSink, open_sink
from chains.opinion_monitor.sources import FileSource, FolderSource, LineSource, open_source
from chainzoo import ChainZooError, DataError, PredictionError, Zoo
from chainzoo.home import Home

DAY = 86_400
BEGIN = 1_704_067_200  # Monday, 1 January 2024.
NOW = BEGIN + 400 * DAY


class TextDelta:
    """A model whose label is a word of the text: it stands for a tuned one where none is needed."""

    def __init__(self, *labels: str, pause: float = 0.0) -> None:
        self.labels, self.pause = labels, pause

    def predict(self, texts: Sequence[str]) -> list[Any]:
        time.sleep(self.pause)
        found = [next((n for n in self.labels if n in text), self.labels[-1]) for text in texts]
        return [
            SimpleNamespace(
                label=label,
                score=0.9,
                scores={name: 0.9 if name == label else 0.05 for name in self.labels},
            )
            for label in found
        ]


def readers(pause: float = 0.0) -> Readers:
    return Readers(
        TextDelta("positive", "negative", "neutral", pause=pause), TextDelta("rail", "post", "gas")
    )


def opened(
    tmp_path: Path, name: str = "m.db", sinks: Sequence[Any] = (), **told: Any
) -> OpinionMonitor:
    told = {"batch": 64, "lateness_hours": 0, **told}
    return OpinionMonitor(
        MonitorConfig(sentiment="m", store=tmp_path / name, **told), readers(), sinks
    )


def row(day: float, text: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "created_at": BEGIN + day * DAY, **more}


def quiet_days(days: int, each: int = 4) -> list[dict[str, Any]]:
    """So many posts a day, one in four of them negative."""
    moods = ("positive", "neutral", "negative", "neutral")
    return [
        row(day + 0.1 * n, f"rail is {moods[n % 4]} {day} {n}", id=f"{day}-{n}")
        for day in range(days)
        for n in range(each)
    ]


def write(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), "utf-8")
    return path


def counts(path: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as db:
        return [
            *db.execute("SELECT * FROM cells ORDER BY kind, name, start"),
            *db.execute("SELECT key, topic, sentiment, value FROM posts ORDER BY key"),
            *db.execute("SELECT id, severity FROM alerts ORDER BY id"),
        ]


@pytest.mark.parametrize(
    "said",
    ["2024-01-01T00:00:00Z", "2024-01-01", "Mon Jan 01 00:00:00 +0000 2024", 1704067200,
     1704067200000, "1704067200", "Mon, 01 Jan 2024 00:00:00 GMT", "2024-01-01T02:00:00+02:00"],
)  # fmt: skip
def test_times_in_every_form(said: Any) -> None:
    assert time_of(said) == BEGIN


@pytest.mark.parametrize("said", ["soon", "", True, -5, "nan"])
def test_times_that_are_none(said: Any) -> None:
    with pytest.raises(UnusableError):
        time_of(said)


def test_what_a_post_is_about() -> None:
    post = post_of({"text": ["$", "ba", "up", "$", "5"], "tickers": "KO"}, "f", "1", now=NOW)
    assert post.text == "$ba up $ 5"
    assert post.subjects == (("ticker", "KO"), ("ticker", "BA"))
    with pytest.raises(UnusableError, match="no text"):
        post_of({"score": 3}, "f", "1", now=NOW)
    with pytest.raises(UnusableError, match="ahead"):
        post_of(row(500, "a"), "f", "1", now=NOW)


def test_labels_that_mean_a_mood() -> None:
    assert moods_of(["1", "0"]) == {"1": "positive", "0": "negative"}
    assert moods_of(["Bullish", "bearish"])["Bullish"] == "positive"
    with pytest.raises(PredictionError, match="spam"):
        moods_of(["spam", "ham"])


def test_counts_by_hand_and_nothing_twice(tmp_path: Path) -> None:
    rows = [
        row(0, "rail positive $BA"),
        row(0.5, "rail negative"),
        row(1, "gas neutral $ba"),
        row(1, "gas neutral $ba"),
    ]
    path = write(tmp_path / "posts.jsonl", rows)
    with path.open("a") as file:
        file.write('{"broken\n{"no": "text"}\n')
    for _ in range(2):  # The second run finds nothing new.
        with opened(tmp_path) as running:
            totals = running.run([FileSource(path)])
            series = running.store.series()
    assert totals == {"posts": 3, "repeated": 1, "late": 0, "refused": 2, "alerts": 0}
    rail = series.get(("topic", "rail"), BEGIN)
    assert (rail.posts, rail.positive, rail.negative, rail.mean) == (2, 1, 1, 0.0)
    assert series.get(("ticker", "BA"), BEGIN).posts == 1
    assert series.get(("ticker", "BA"), BEGIN + DAY).posts == 1
    assert series.get(("all", "all posts"), BEGIN).posts == 2


def test_the_same_text_once_a_day(tmp_path: Path) -> None:
    rows = [
        row(0, "rail  positive", id=1),
        row(0.5, "Rail positive", id=2),
        row(1, "rail positive"),
    ]
    with opened(tmp_path, same="text") as running:
        taken = running.invoke(rows)
    assert (taken.posts, taken.repeated) == (2, 1)


def test_a_file_that_grows_and_one_that_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text('{"text": "one", "id": 1}\n{"text": "tw', "utf-8")
    source, at = FileSource(path), {}

    def read(final: bool = False) -> list[str]:
        items = source.read(at, 10, final=final)
        at.update({item.source: item.position for item in items})
        return [item.row["text"] for item in items]

    assert read() == ["one"]  # Half a line is being written.
    with path.open("a") as file:
        file.write('o", "id": 2}\n{"text": "three", "id": 3}')
    assert read() == ["two"]
    assert read(final=True) == ["three"]
    path.write_text('{"text": "anew", "id": 4}\n', "utf-8")
    assert read() == ["anew"]


def test_a_table_with_line_breaks_in_cells(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "date"), ("a\nb", "2024-01-01"), ("c", "2024-01-02")])
    source = FileSource(path)
    (first,) = source.read({}, 1, final=False)
    assert first.row == {"text": "a\nb", "date": "2024-01-01"}
    (second,) = source.read({first.source: first.position}, 5, final=False)
    assert second.row["text"] == "c"


def test_a_folder_is_watched(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder / "a.jsonl", quiet_days(2))
    with opened(tmp_path) as running:
        seen: list[int] = []

        def heard(taken: Any) -> None:
            seen.append(taken.posts)
            if len(seen) == 1:
                write(folder / "b.jsonl", [row(3, "gas new")])

        running.run(
            [FolderSource(folder)], watch=True, poll=0.01, heard=heard,
            should_stop=lambda: sum(seen) == 9,
        )  # fmt: skip
        assert running.store.totals()["posts"] == 9


def test_lines_of_standard_input(tmp_path: Path) -> None:
    lines = LineSource(
        io.StringIO('rail is positive\n\n{"text": "gas", "id": 1}\n{"id": 1, "text": "gas"}\n')
    )
    with opened(tmp_path) as running:
        totals = running.run([lines], watch=True, poll=0.01)
    assert (totals["posts"], totals["repeated"]) == (2, 1)


FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>
<item><title>Rail late</title><description>&lt;p&gt;It is &lt;b&gt;negative&lt;/b&gt;&lt;/p&gt;</description>
<guid>g1</guid><pubDate>Mon, 01 Jan 2024 10:00:00 GMT</pubDate></item></channel></rss>"""


def test_entries_of_feeds() -> None:
    (entry,) = entries(FEED.encode(), "application/rss+xml")
    post = post_of(entry, "f", "1", now=NOW)
    assert post.text == "Rail late. It is negative"
    assert post.time == BEGIN + 10 * 3600
    told = {"items": [{"id": "x", "content_text": "gas", "date_published": "2024-01-01"}]}
    assert post_of(entries(json.dumps(told).encode(), "")[0], "f", "1", now=NOW).time == BEGIN
    with pytest.raises(ValueError, match="neither"):
        entries(b"<html>no</html>", "text/html")


def test_a_feed_is_asked_with_its_last_change(tmp_path: Path) -> None:
    asked: list[str | None] = []
    alerts: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers.get("If-None-Match"))
            same = asked[-1] == '"v1"'
            self.send_response(304 if same else 200)
            self.send_header("ETag", '"v1"')
            self.end_headers()
            if not same:
                self.wfile.write(FEED.encode())

        def do_POST(self) -> None:
            alerts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if len(alerts) == 1 else 200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/feed"
    try:
        for _ in range(2):
            with opened(tmp_path) as running:
                assert running.run([FeedSource(url)])["posts"] == 1
        assert asked == [None, '"v1"']
        surge = [*quiet_days(40), *(row(40, f"rail negative {n}", id=n) for n in range(60))]
        with opened(tmp_path, "hook.db", [open_sink(url)]) as running:
            running.run([FileSource(write(tmp_path / "p.jsonl", surge))])
            first = len(alerts)
            running.tell()
            stored = running.store.alerts()
    finally:
        server.shutdown()
    assert first >= 1
    assert {alert["id"] for alert in alerts} == {alert["id"] for alert in stored}


class Place(NamedTuple):
    """A partition of the topic."""

    partition: int


class Consumer:
    """What the source needs of an aiokafka consumer: one partition of three messages."""

    def __init__(self) -> None:
        self.at = 0
        self.values = [b'{"text": "rail positive"}', b"gas is negative", b"{broken"]

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def assignment(self) -> set[Any]:
        return {Place(0)}

    def seek(self, place: Any, offset: int) -> None:
        self.at = offset

    async def seek_to_beginning(self, place: Any) -> None:
        self.at = 0

    async def getmany(self, timeout_ms: int, max_records: int) -> Any:
        records = [
            SimpleNamespace(offset=at, value=self.values[at], timestamp=BEGIN * 1000)
            for at in range(self.at, len(self.values))
        ][:max_records]
        self.at += len(records)
        return _by_place(records)


def _by_place(records: list[Any]) -> Any:
    place = Place(0)
    return SimpleNamespace(items=lambda: [(place, records)])


def test_kafka_goes_on_from_the_stored_offset(tmp_path: Path) -> None:
    with opened(tmp_path, batch=2) as running:
        source = KafkaSource("broker", "posts", Consumer)
        running.take(source.read(running.store.positions(), 2, final=True))
        assert running.store.positions() == {"kafka:broker/posts#0": "1"}
    with opened(tmp_path, batch=2) as running:
        totals = running.run([KafkaSource("broker", "posts", Consumer)])
    assert (totals["posts"], totals["refused"], totals["repeated"]) == (2, 1, 0)


CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from test_opinion_monitor import MonitorConfig, OpinionMonitor, readers, FileSource, FileSink
config = MonitorConfig(sentiment="m", store=Path(sys.argv[2]), batch=16)
with OpinionMonitor(config, readers(pause=0.02), [FileSink(sys.argv[2] + ".jsonl")]) as running:
    running.run([FileSource(sys.argv[1])])
"""


def test_killed_in_the_middle_it_goes_on_where_it_was(tmp_path: Path) -> None:
    surge = [row(40 + n / 100, f"rail negative {n}", id=n) for n in range(60)]
    path = write(tmp_path / "posts.jsonl", [*quiet_days(40), *surge, *quiet_days(10)])
    command = [sys.executable, "-c", CHILD, str(path)]
    here = str(Path(__file__).parent)
    subprocess.run([*command, str(tmp_path / "whole.db"), here], check=True)

    broken = tmp_path / "broken.db"
    kills = 0
    for least in (30, 110):
        child = subprocess.Popen([*command, str(broken), here])
        while child.poll() is None and stored(broken) < least:
            time.sleep(0.002)
        os.kill(child.pid, signal.SIGKILL)
        kills += child.wait() == -signal.SIGKILL
    assert kills == 2
    assert 0 < stored(broken) < 220
    subprocess.run([*command, str(broken), here], check=True)
    assert counts(broken) == counts(tmp_path / "whole.db")
    assert stored(broken) == 220
    told = [(tmp_path / f"{name}.db.jsonl").read_text() for name in ("whole", "broken")]
    assert sorted(told[0].splitlines()) == sorted(told[1].splitlines()) != []


def stored(path: Path) -> int:
    try:
        with sqlite3.connect(path) as db:
            return int(db.execute("SELECT count(*) FROM posts").fetchone()[0])
    except sqlite3.Error:
        return 0


def test_a_failing_batch_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "posts.jsonl", quiet_days(2))
    with opened(tmp_path) as running:
        broken = lambda *_: (_ for _ in ()).throw(RuntimeError("disk"))  # noqa: E731
        with monkeypatch.context() as patch:
            patch.setattr(running.store, "add_refused", broken)
            with pytest.raises(RuntimeError):
                running.run([FileSource(path)])
        assert counts(running.config.store) == []
        assert running.store.positions() == {}
        assert running.run([FileSource(path)])["posts"] == 8


def test_one_writer(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(DataError, match="another monitor"):
        opened(tmp_path)
    with pytest.raises(DataError, match="windows are of 24 hours"):
        opened(tmp_path, window="hour")


def test_a_surge_is_told_once_with_its_posts(tmp_path: Path) -> None:
    rows = quiet_days(40)
    rows += [row(40 + n / 100, f"rail negative crash {n}", id=f"s{n}") for n in range(40)]
    rows += [row(41 + n / 100, f"rail negative still {n}", id=f"t{n}") for n in range(30)]
    rows += [row(42, "gas over")]
    out = tmp_path / "alerts.jsonl"
    with opened(tmp_path, sinks=[FileSink(out)]) as running:
        running.run([FileSource(write(tmp_path / "posts.jsonl", rows))])
    told = [json.loads(line) for line in out.read_text().splitlines()]
    rail = [a for a in told if a["name"] == "rail"]
    assert {a["measure"] for a in rail} == {"volume", "negative"}
    assert {a["start"] for a in rail} == {
        BEGIN + 40 * DAY
    }  # The next days are within the cooldown.
    assert all("crash" in post["text"] for a in rail for post in a["causes"])
    assert "expected about" in rail[0]["text"]


def test_nothing_is_told_of_a_quiet_stream(tmp_path: Path) -> None:
    with opened(tmp_path) as running:
        running.invoke(quiet_days(80))
        running.rest()
        assert running.store.alerts() == []


def test_late_posts_count_where_they_belong(tmp_path: Path) -> None:
    with opened(tmp_path, lateness_hours=6) as running:
        running.invoke(quiet_days(40))
        taken = running.invoke([row(38.5, f"rail negative {n}", id=f"late{n}") for n in range(40)])
        assert taken.late == 40
        assert running.store.series().get(("topic", "rail"), BEGIN + 38 * DAY).posts == 44
        assert {a["start"] for a in taken.alerts} == {BEGIN + 38 * DAY}
        soon = running.invoke([row(39.2, "rail", id="soon")])
        assert soon.late == 0


def test_the_brief_has_the_figures_of_the_day(tmp_path: Path) -> None:
    with opened(tmp_path) as running:
        running.invoke([*quiet_days(30), row(30, "gas negative $XOM"), row(30, "gas positive")])
        said = brief_of(running.store)
        before = brief_of(running.store, "2024-01-30")
        assert brief_of(running.store, "2023-01-01").text == "Sunday, 1 January 2023: no posts."
    assert said.text.splitlines()[0] == (
        "Wednesday, 31 January 2024: 2 posts (usually 4)."
        " 50% positive, 0% neutral, 50% negative; mean mood +0.00."
    )
    assert "Most talked of topics: gas 2." in said.text
    assert "Most talked of tickers: XOM 1." in said.text
    assert "rail 4 (usually 4)" in before.text
    assert "No alert." in before.text


def test_a_backtest_on_what_is_stored(tmp_path: Path) -> None:
    with opened(tmp_path, batch=1000) as running:
        running.invoke(quiet_days(120))
        found = backtest(running.store, draws=6, sizes=(1, 12), rule=AlertRule(), seed=1)
        short = OpinionMonitor(
            MonitorConfig(sentiment="m", store=tmp_path / "short.db"), readers()
        )  # Shorter than two times four weeks.
        short.invoke(quiet_days(30))
        assert backtest(short.store, draws=1, sizes=(8,)).subjects == 1
        short.close()
    small, large = found.rows[:2]
    assert (found.subjects, found.planted, found.alerts) == (1, 1, 0)
    assert large.found == 6
    assert large.delay is not None
    assert 0 < large.delay <= 26
    assert small.found <= large.found


def test_from_the_terminal_with_tuned_models(
    stocked: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoo = Zoo(stocked)
    topics = {
        "rail": ("the train is late", "a new railway"),
        "food": ("good soup", "bread and cheese"),
    }
    moods = {"positive": "wonderful and great", "negative": "awful and bad", "neutral": "as always"}
    both = [
        (t, m, f"{s} {w} {n}")
        for t, ss in topics.items()
        for s in ss
        for m, w in moods.items()
        for n in range(4)
    ]
    zoo.tune(
        [{"text": x, "label": t} for t, _, x in both], name="about", method="head", epochs=3
    ).wait()
    zoo.tune(
        [{"text": x, "label": m} for _, m, x in both], name="mood", method="head", epochs=3
    ).wait()
    monkeypatch.setenv("CHAINZOO_HOME", str(stocked.root))
    monkeypatch.chdir(tmp_path)
    write(
        tmp_path / "posts.jsonl",
        [row(n, "the train is late, awful and bad", id=n) for n in range(5)],
    )

    def run(*told: str) -> str:
        done = CliRunner().invoke(verb, list(told), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    totals = json.loads(run("--topics", "about", "--sentiment", "mood", "--input", "posts.jsonl",
                            "--alert", "terminal", "--json"))  # fmt: skip
    assert totals["posts"] == 5
    (rail,) = json.loads(run("report", "--kind", "topic", "--until", "2024-01-03", "--json"))
    assert (rail["name"], rail["posts"]) == ("rail", 3)
    assert len(json.loads(run("report", "--kind", "topic", "--by-window", "--json"))) == 5
    assert "5 January 2024: 1 post" in run("brief")
    assert run("alerts") == "0 alerts.\n"
    refused = CliRunner().invoke(verb, ["backtest", "--sizes", "-2"])
    assert "--sizes are numbers above 0" in refused.output
    run("charts", "--out", "page.html")
    run("charts", "--out", "page.png")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "http://" not in page
    assert "data:image/png;base64," in page
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("told", "why"),
    [("nowhere.jsonl", "no such file"), ("kafka://broker", "no broker and topic")],
)
def test_sources_that_are_none(told: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(ChainZooError, match=why):
        open_source(told)


def test_a_store_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "m.db").write_text("this is no database, and long enough to be seen as none" * 20)
    with pytest.raises(DataError, match="cannot be opened"):
        opened(tmp_path)
    with pytest.raises(DataError, match="alerts cannot go"):
        open_sink("pigeon")
