"""The opinion monitor: a Runnable that ingests posts, counts them and raises alerts.

items → posts → without duplicates → classified → stored and counted in one transaction → alerts
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import get_config_list

from chains.opinion_monitor.alerts import AlertRecord
from chains.opinion_monitor.classification import PostClassifiers, check_models
from chains.opinion_monitor.config import HOUR, MonitorConfig
from chains.opinion_monitor.posts import InvalidPostError, Post, parse_post
from chains.opinion_monitor.sinks import AlertSink, deliver_alerts
from chains.opinion_monitor.sources.base import PostSource, SourceItem
from chains.opinion_monitor.store import MonitorStore
from chains.opinion_monitor.window_tracker import WindowTracker
from chainzoo import DataError, Zoo

LIVE_WINDOWS = 3  # A stream with a post as recent as this is live: the clock closes its windows.
INVOKE_SOURCE = "python"  # The source name of rows that ``invoke`` gets.

Row = dict[str, Any] | str  # Fields of a post, or its text.


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of a batch: numbers of rows, and the alerts it raised."""

    posts: int
    duplicates: int
    rejected: int
    late: int
    alerts: tuple[AlertRecord, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


class OpinionMonitor(Runnable[list[Row], IngestResult]):
    """``invoke`` ingests rows; ``run`` follows sources.

    All state is in the store: a monitor that is opened again goes on where it was. Use it as a
    context manager, or call ``close``.
    """

    def __init__(
        self, config: MonitorConfig, classifiers: PostClassifiers, sinks: Sequence[AlertSink] = ()
    ) -> None:
        """Open or create the store.

        Raises:
            DataError: another process writes into the store, or it cannot be opened.
        """
        from filelock import FileLock, Timeout

        self.config, self.classifiers, self.sinks = config, classifiers, tuple(sinks)
        self._thread_lock = threading.Lock()
        config.store.parent.mkdir(parents=True, exist_ok=True)
        self._file_lock = FileLock(f"{config.store}.lock", timeout=0)
        try:
            self._file_lock.acquire()
        except Timeout:
            raise DataError(
                "another monitor is writing into it.",
                file=config.store,
                remedy="Stop the other one, or name another --store.",
            ) from None
        try:
            self.store = MonitorStore(config.store, config.window_seconds)
        except DataError:
            self._file_lock.release()
            raise
        self.windows = WindowTracker(config, self.store)

    def close(self) -> None:
        """Close the store and release its lock."""
        self.store.close()
        self._file_lock.release()

    def __enter__(self) -> OpinionMonitor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def invoke(
        self,
        input: list[Row],  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> IngestResult:
        """Ingest rows; those whose posts are stored already are counted as duplicates."""
        return self._call_with_config(self._ingest_rows, input, config)

    def batch(
        self,
        inputs: list[list[Row]],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[IngestResult]:
        """Ingest lists of rows one after the other: their order decides when windows close."""
        results: list[Any] = []
        for rows, item_config in zip(inputs, get_config_list(config, len(inputs)), strict=True):
            try:
                results.append(self.invoke(rows, item_config))
            except Exception as error:
                if not return_exceptions:
                    raise
                results.append(error)
        return results

    async def abatch(
        self,
        inputs: list[list[Row]],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[IngestResult]:
        """Like ``batch``, in a thread."""
        return await asyncio.to_thread(
            self.batch, inputs, config, return_exceptions=return_exceptions
        )

    def _ingest_rows(self, rows: list[Row]) -> IngestResult:
        with self._thread_lock:
            position = int(self.store.state("invoked_rows") or 0)
            items = [
                SourceItem(INVOKE_SOURCE, row, str(number))
                for number, row in enumerate(rows, position + 1)
            ]
            return self.ingest(items)

    def run(
        self,
        sources: Sequence[PostSource],
        *,
        watch: bool = False,
        poll_seconds: float = 2.0,
        on_batch: Callable[[IngestResult], None] = lambda result: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> dict[str, int]:
        """Follow the sources to their end, or until ``should_stop`` if ``watch``.

        Returns the totals of the store.
        """
        self.deliver_alerts()
        while not should_stop():
            items = self._read(sources, final=not watch)
            if items:
                on_batch(self.ingest(items))
            elif not watch or all(source.ended for source in sources):
                break
            else:
                on_batch(self.ingest_nothing())
                time.sleep(poll_seconds)
        if not watch:
            # No more posts come: all windows before the one of the newest post are over.
            with self._transaction():
                self.windows.close_until(self.windows.newest_post)
            self.deliver_alerts()
        return self.store.totals()

    def _read(self, sources: Sequence[PostSource], *, final: bool) -> list[SourceItem]:
        positions = self.store.positions()
        items: list[SourceItem] = []
        for source in sources:
            items += source.read(positions, self.config.batch_size - len(items), final=final)
            if len(items) >= self.config.batch_size:
                break
        return items

    def ingest(self, items: Sequence[SourceItem]) -> IngestResult:
        """Classify, store and count a batch, with the positions of its sources."""
        posts, rejected = self._parse(items)
        unique = {post.key: post for post in posts}
        existing = self.store.existing_keys(list(unique))
        new_posts = [post for key, post in unique.items() if key not in existing]
        classified = self.classifiers.classify(new_posts)
        late = {post.key for post in new_posts if self.windows.is_late(post.time)}
        duplicates = len(posts) - len(new_posts)
        with self._transaction():
            self.store.add_posts(classified, late)
            self.store.save_positions(items)
            self.store.add_rejected(rejected)
            self.store.increment("duplicates", duplicates)
            if items and items[-1].source == INVOKE_SOURCE:
                self.store.set_state("invoked_rows", items[-1].position)
            self.windows.count(classified)
            alerts = self.windows.detect(classified, late)
        self.deliver_alerts()
        return IngestResult(len(new_posts), duplicates, len(rejected), len(late), tuple(alerts))

    def ingest_nothing(self) -> IngestResult:
        """Close windows of a live stream by the clock, and retry deliveries that failed."""
        now = time.time()
        alerts: list[AlertRecord] = []
        if now - self.windows.newest_post < LIVE_WINDOWS * self.config.window_seconds:
            with self._transaction():
                alerts = self.windows.close_until(now - self.config.lateness_hours * HOUR)
        self.deliver_alerts()
        return IngestResult(0, 0, 0, 0, tuple(alerts))

    def deliver_alerts(self) -> None:
        """Send the alerts that the sinks have not received; those that fail are sent later."""
        for sink in self.sinks:
            deliver_alerts(self.store, sink)

    def _parse(
        self, items: Iterable[SourceItem]
    ) -> tuple[list[Post], list[tuple[SourceItem, str]]]:
        """Return the posts, and the items that are none with the reasons."""
        posts, rejected, now = [], [], time.time()
        for item in items:
            if item.problem:
                rejected.append((item, item.problem))
                continue
            try:
                post = parse_post(
                    item.row,
                    item.source,
                    item.position,
                    now=now,
                    deduplicate_by=self.config.deduplicate_by,
                )
            except InvalidPostError as error:
                rejected.append((item, error.message))
            else:
                posts.append(post)
        return posts, rejected

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Change both the store and the counts in memory, or neither if the block raises."""
        try:
            with self.store.transaction():
                yield
        except BaseException:
            self.windows.restore()
            raise


def build_monitor(
    config: MonitorConfig, zoo: Zoo | None = None, sinks: Sequence[AlertSink] = ()
) -> OpinionMonitor:
    """Load the models of ``config`` and open its store.

    Raises:
        UnknownModelError: a model does not exist.
        PredictionError: a model is of another task, or its labels are no sentiments.
        DataError: the store cannot be used.
    """
    zoo = zoo or Zoo()
    sentiment = zoo.predictor(config.sentiment)
    topics = zoo.predictor(config.topics) if config.topics else None
    entities = zoo.predictor(config.entities) if config.entities else None
    check_models(sentiment, topics, entities)
    return OpinionMonitor(config, PostClassifiers(sentiment, topics, entities), sinks)
