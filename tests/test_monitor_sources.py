"""Sources: files that grow, tables, folders, lines, feeds and Kafka."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from chains.opinion_monitor import IngestResult
from chains.opinion_monitor.posts import parse_post
from chains.opinion_monitor.sinks import open_sink
from chains.opinion_monitor.sources import (
    FeedSource,
    FileSource,
    FolderSource,
    KafkaSource,
    LineSource,
    open_source,
)
from chains.opinion_monitor.sources.feed import parse_feed
from chainzoo import ChainZooError
from tests.monitor_helpers import BEGIN, NOW, open_monitor, quiet_days, row, write_rows

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>
<item><title>Rail late</title><description>&lt;p&gt;It is &lt;b&gt;negative&lt;/b&gt;&lt;/p&gt;</description>
<guid>g1</guid><pubDate>Mon, 01 Jan 2024 10:00:00 GMT</pubDate></item></channel></rss>"""


def test_a_growing_file_is_continued_and_a_replaced_one_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text('{"text": "one", "id": 1}\n{"text": "tw', "utf-8")
    source = FileSource(path)
    positions: dict[str, str] = {}

    def read(final: bool = False) -> list[str]:
        items = source.read(positions, 10, final=final)
        positions.update({item.source: item.position for item in items})
        return [item.row["text"] for item in items]

    assert read() == ["one"]  # The second line is not finished.
    with path.open("a") as file:
        file.write('o", "id": 2}\n{"text": "three", "id": 3}')
    assert read() == ["two"]
    assert read(final=True) == ["three"]
    path.write_text('{"text": "anew", "id": 4}\n', "utf-8")
    assert read() == ["anew"]


def test_a_table_record_may_span_lines(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "date"), ("a\nb", "2024-01-01"), ("c", "2024-01-02")])
    source = FileSource(path)
    (first,) = source.read({}, 1, final=False)
    assert first.row == {"text": "a\nb", "date": "2024-01-01"}
    (second,) = source.read({first.source: first.position}, 5, final=False)
    assert second.row["text"] == "c"


def test_a_watched_folder_yields_files_that_are_added(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write_rows(folder / "a.jsonl", quiet_days(2))
    with open_monitor(tmp_path) as monitor:
        batches: list[int] = []

        def on_batch(result: IngestResult) -> None:
            batches.append(result.posts)
            if len(batches) == 1:
                write_rows(folder / "b.jsonl", [row(3, "gas new")])

        monitor.run(
            [FolderSource(folder)],
            watch=True,
            poll_seconds=0.01,
            on_batch=on_batch,
            should_stop=lambda: sum(batches) == 9,
        )
        assert monitor.store.totals()["posts"] == 9


def test_lines_of_a_stream_are_texts_or_objects(tmp_path: Path) -> None:
    lines = LineSource(
        io.StringIO('rail is positive\n\n{"text": "gas", "id": 1}\n{"id": 1, "text": "gas"}\n')
    )
    with open_monitor(tmp_path) as monitor:
        totals = monitor.run([lines], watch=True, poll_seconds=0.01)
    assert (totals["posts"], totals["duplicates"]) == (2, 1)


def test_rss_and_json_feeds_are_parsed() -> None:
    (entry,) = parse_feed(FEED.encode(), "application/rss+xml")
    post = parse_post(entry, "f", "1", now=NOW)
    assert post.text == "Rail late. It is negative"
    assert post.time == BEGIN + 10 * 3600
    feed = {"items": [{"id": "x", "content_text": "gas", "date_published": "2024-01-01"}]}
    (entry,) = parse_feed(json.dumps(feed).encode(), "")
    assert parse_post(entry, "f", "1", now=NOW).time == BEGIN
    with pytest.raises(ValueError, match="neither"):
        parse_feed(b"<html>no</html>", "text/html")


class FeedServer(HTTPServer):
    """Serves one feed with an ETag, and takes POSTed alerts, of which the first one fails."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), FeedHandler)
        self.etags: list[str | None] = []
        self.alerts: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/feed"


class FeedHandler(BaseHTTPRequestHandler):
    server: FeedServer

    def do_GET(self) -> None:
        self.server.etags.append(self.headers.get("If-None-Match"))
        unchanged = self.server.etags[-1] == '"v1"'
        self.send_response(304 if unchanged else 200)
        self.send_header("ETag", '"v1"')
        self.end_headers()
        if not unchanged:
            self.wfile.write(FEED.encode())

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.alerts.append(json.loads(self.rfile.read(length)))
        self.send_response(500 if len(self.server.alerts) == 1 else 200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def feed_server() -> Iterator[FeedServer]:
    server = FeedServer()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def test_an_unchanged_feed_is_not_fetched_again(tmp_path: Path, feed_server: FeedServer) -> None:
    for _ in range(2):
        with open_monitor(tmp_path) as monitor:
            assert monitor.run([FeedSource(feed_server.url)])["posts"] == 1
    assert feed_server.etags == [None, '"v1"']


def test_a_failed_webhook_gets_its_alert_again(tmp_path: Path, feed_server: FeedServer) -> None:
    surge = [*quiet_days(40), *(row(40, f"rail negative {n}", id=n) for n in range(60))]
    path = write_rows(tmp_path / "p.jsonl", surge)
    with open_monitor(tmp_path, sinks=[open_sink(feed_server.url)]) as monitor:
        monitor.run([FileSource(path)])
        sent = len(feed_server.alerts)
        monitor.deliver_alerts()
        stored = monitor.store.alerts()
    assert sent >= 1
    assert {alert["id"] for alert in feed_server.alerts} == {alert["id"] for alert in stored}


class Partition(NamedTuple):
    """A partition of the topic."""

    partition: int


class FakeConsumer:
    """What the source uses of an aiokafka consumer: one partition of three messages."""

    def __init__(self) -> None:
        self.offset = 0
        self.values = [b'{"text": "rail positive"}', b"gas is negative", b"{broken"]

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def assignment(self) -> set[Any]:
        return {Partition(0)}

    def seek(self, partition: Any, offset: int) -> None:
        self.offset = offset

    async def seek_to_beginning(self, partition: Any) -> None:
        self.offset = 0

    async def getmany(self, timeout_ms: int, max_records: int) -> dict[Partition, list[Any]]:
        offsets = range(self.offset, len(self.values))[:max_records]
        self.offset += len(offsets)
        records = [
            SimpleNamespace(offset=at, value=self.values[at], timestamp=BEGIN * 1000)
            for at in offsets
        ]
        return {Partition(0): records}


def test_kafka_continues_after_the_stored_offset(tmp_path: Path) -> None:
    with open_monitor(tmp_path, batch_size=2) as monitor:
        source = KafkaSource("broker", "posts", FakeConsumer)
        monitor.ingest(source.read(monitor.store.positions(), 2, final=True))
        assert monitor.store.positions() == {"kafka:broker/posts#0": "1"}
    with open_monitor(tmp_path, batch_size=2) as monitor:
        totals = monitor.run([KafkaSource("broker", "posts", FakeConsumer)])
    assert (totals["posts"], totals["rejected"], totals["duplicates"]) == (2, 1, 0)


@pytest.mark.parametrize(
    ("address", "message"),
    [("nowhere.jsonl", "no such file"), ("kafka://broker", "no broker and topic")],
)
def test_an_address_of_no_source_is_refused(address: str, message: str) -> None:
    with pytest.raises(ChainZooError, match=message):
        open_source(address)


def test_a_file_of_an_unknown_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "posts.docx"
    path.write_bytes(b"")
    with pytest.raises(ChainZooError, match=r"not from \.docx"):
        open_source(str(path))
