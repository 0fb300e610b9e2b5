"""The monitor: items in, one batch at a time; counts, windows and alerts out.

items → posts → without the known → topic and mood → one transaction → alerts told
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from chains.opinion_monitor.alerts import Alert, Watcher
from chains.opinion_monitor.config import MonitorConfig
from chains.opinion_monitor.posts import Post, UnusableError, post_of
from chains.opinion_monitor.reading import Judged, Readers, check_readers
from chains.opinion_monitor.series import ALL
from chains.opinion_monitor.sinks import Sink
from chains.opinion_monitor.sources import Item, Source
from chains.opinion_monitor.store import Store
from chainzoo import DataError, Zoo

CAUSES = 5  # Posts that are kept with an alert.
LIVE_WINDOWS = 3  # A stream whose last post is no older is live: the clock closes its windows.
RETESTED = 7  # Closed windows back to which late posts lead to a second look.


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch."""

    posts: int
    repeated: int
    refused: int
    late: int
    alerts: tuple[dict[str, Any], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """What becomes the JSON of it."""
        return asdict(self)


class OpinionMonitor(Runnable[list[Any], Taken]):
    """``invoke`` takes rows (objects or texts) and gives what became of them.

    ``run`` follows sources. Everything is in the store; opening it again goes on.
    """

    def __init__(self, config: MonitorConfig, readers: Readers, sinks: Sequence[Sink] = ()) -> None:
        """Raises ``DataError`` where another process writes into the store."""
        from filelock import FileLock, Timeout

        self.config, self.readers, self.sinks = config, readers, tuple(sinks)
        config.store.parent.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(f"{config.store}.lock", timeout=0)
        try:
            self._lock.acquire()
        except Timeout:
            raise DataError(
                "another monitor is writing into it.",
                file=config.store,
                remedy="Stop that one, or name another --store.",
            ) from None
        try:
            self.store = Store(config.store, config.seconds)
        except DataError:
            self._lock.release()
            raise
        self._recall()

    def _recall(self) -> None:
        """What is stored, into memory."""
        self._newest = float(self.store.fact("newest") or 0)
        self._closed = int(self.store.fact("closed") or 0)
        kept = (self.config.history + RETESTED + 1) * self.config.seconds
        self.series = self.store.series(self._closed - kept)
        first = self.store.fact("first")
        self.series.first = int(first) if first else self.series.first
        self.watcher = Watcher(self.config, self.series)
        self.watcher.remember(self.store.alerts(self._closed - kept))

    def close(self) -> None:
        """Close the store, and let others write."""
        self.store.close()
        self._lock.release()

    def __enter__(self) -> OpinionMonitor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def invoke(
        self,
        input: list[Any],  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Taken:
        """Take rows; those that are posts already known are counted as repeated."""

        def take(rows: list[Any]) -> Taken:
            done = int(self.store.fact("invoked") or 0)
            items = [Item("python", row, str(done + at)) for at, row in enumerate(rows, 1)]
            return self.take(items)

        return self._call_with_config(take, input, config)

    def run(
        self,
        sources: Sequence[Source],
        *,
        watch: bool = False,
        poll: float = 2.0,
        heard: Callable[[Taken], None] = lambda taken: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> dict[str, int]:
        """Follow the sources to their end, or for ever with ``watch``; gives the store's totals."""
        self.tell()
        while not should_stop():
            positions = self.store.positions()
            items: list[Item] = []
            for source in sources:
                items += source.read(positions, self.config.batch - len(items), final=not watch)
                if len(items) >= self.config.batch:
                    break
            if items:
                heard(self.take(items))
            elif all(source.ended for source in sources) or not watch:
                break
            else:
                heard(self.rest())
                time.sleep(poll)
        self._finish(watch)
        return self.store.totals()

    def _finish(self, watch: bool) -> None:
        """After the last post of what does not go on, all windows before its own are over."""
        if not watch:
            with self._changes() as alerts:
                self._close_until(self._newest, alerts)
            self.tell()

    def take(self, items: Sequence[Item]) -> Taken:
        """One batch: judged, then stored with the sources' positions in one transaction."""
        posts, refused = self._posts(items)
        once = {post.key: post for post in posts}
        known = self.store.known(list(once))
        fresh = [post for key, post in once.items() if key not in known]
        judged = self.readers.judge(fresh)
        late = {post.key for post in fresh if self.series.start(post.time) < self._closed}
        with self._changes() as alerts:
            self.store.add_posts(judged, late)
            self.store.add_positions(items)
            self.store.add_refused(refused)
            self.store.count("repeated", len(posts) - len(fresh))
            if items and items[-1].source == "python":
                self.store.set_fact("invoked", items[-1].position)
            self._count(judged)
            self._look(judged, late, alerts)
        self.tell()
        repeated = len(posts) - len(fresh)
        return Taken(len(fresh), repeated, len(refused), len(late), tuple(alerts))

    def rest(self) -> Taken:
        """Nothing came: the clock may close windows of a live stream; what was not told is."""
        now = time.time()
        alerts: list[dict[str, Any]] = []
        if now - self._newest < LIVE_WINDOWS * self.config.seconds:
            with self._changes() as alerts:
                self._close_until(now - self.config.lateness_hours * 3600, alerts)
        self.tell()
        return Taken(0, 0, 0, 0, tuple(alerts))

    def tell(self) -> None:
        """Alerts to the sinks that have not had them; one that fails is told later."""
        for sink in self.sinks:
            for alert in self.store.undelivered(sink.name):
                try:
                    sink.send(alert)
                except OSError as error:
                    print(f"Not told to {sink.name}, tried again later: {error}", file=sys.stderr)
                    break
                self.store.delivered(alert["id"], sink.name)

    def _posts(self, items: Iterable[Item]) -> tuple[list[Post], list[tuple[Item, str]]]:
        posts, refused, now = [], [], time.time()
        for item in items:
            if item.problem:
                refused.append((item, item.problem))
                continue
            try:
                posts.append(
                    post_of(item.row, item.source, item.position, now=now, same=self.config.same)
                )
            except UnusableError as why:
                refused.append((item, str(why)))
        return posts, refused

    def _changes(self) -> _Changes:
        return _Changes(self)

    def _count(self, judged: Sequence[Judged]) -> None:
        for one in judged:
            start = self.series.start(one.post.time)
            for subject in one.subjects:
                self.series.add(subject, start, one.sentiment, one.value)
        if judged:
            self._newest = max(self._newest, *(one.post.time for one in judged))
            self.store.set_fact("newest", repr(self._newest))
            self.store.set_fact("first", self.series.first)

    def _look(self, judged: Sequence[Judged], late: set[str], alerts: list[dict[str, Any]]) -> None:
        """Close what is over, look again at what late posts touched, and at what is open."""
        touched = {self.series.start(one.post.time) for one in judged}
        again = {self.series.start(one.post.time) for one in judged if one.post.key in late}
        reach = self._closed - RETESTED * self.config.seconds
        for start in sorted(at for at in again if at >= reach):
            self._alert(self.watcher.judge(start), alerts)
        self._close_until(self._newest - self.config.lateness_hours * 3600, alerts)
        for start in sorted(at for at in touched if at >= self._closed):
            self._alert(self.watcher.judge(start, still_open=True), alerts)

    def _close_until(self, watermark: float, alerts: list[dict[str, Any]]) -> None:
        """Judge the windows that end before the watermark, in order."""
        seconds = self.config.seconds
        over = int(watermark // seconds) * seconds  # Windows that begin before this have ended.
        if over <= self._closed:
            return
        for start in self.series.starts(ALL):
            if self._closed <= start < over:
                self._alert(self.watcher.judge(start), alerts)
        self._closed = over
        self.store.set_fact("closed", over)
        self.series.forget(over - (self.config.history + RETESTED + 1) * seconds)

    def _alert(self, found: Sequence[Alert], alerts: list[dict[str, Any]]) -> None:
        self.watcher.note(found)
        for alert in found:
            record = {**alert.as_dict(), "causes": causes(self.store, alert)}
            self.store.add_alert(record)
            alerts.append(record)


class _Changes:
    """A transaction over the store and what is in memory: both, or neither."""

    def __init__(self, monitor: OpinionMonitor) -> None:
        self._monitor = monitor
        self._transaction = monitor.store.transaction()

    def __enter__(self) -> list[dict[str, Any]]:
        self._transaction.__enter__()
        return []

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            self._transaction.__exit__(kind, error, trace)
        finally:
            if kind is not None:
                self._monitor._recall()


def causes(store: Store, alert: Alert) -> list[dict[str, Any]]:
    """The posts that caused an alert: the most negative or positive, else the surest on topic."""
    order = {"volume": "p.topic_score DESC", "negative": "p.value", "positive": "p.value DESC"}
    posts = store.posts(
        alert.kind, alert.name, alert.start, alert.end, order[alert.measure], CAUSES * 10
    )
    texts = {" ".join(post["text"].casefold().split()): post for post in reversed(posts)}
    return list(reversed(list(texts.values())))[:CAUSES]


def build_monitor(
    config: MonitorConfig, zoo: Zoo | None = None, sinks: Sequence[Sink] = ()
) -> OpinionMonitor:
    """The monitor of a config, with its tuned models loaded.

    Raises:
        PredictionError: a model is of another task. DataError: the store cannot be used.
    """
    zoo = zoo or Zoo()
    sentiment = zoo.predictor(config.sentiment)
    topics = zoo.predictor(config.topics) if config.topics else None
    entities = zoo.predictor(config.entities) if config.entities else None
    check_readers(sentiment, topics, entities)
    return OpinionMonitor(config, Readers(sentiment, topics, entities), sinks)
