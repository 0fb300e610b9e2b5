"""Kafka: every partition of a topic, from the offsets that are stored with the counts.

The offsets are in the store, in one transaction with what was counted; the broker's own are not
used. So a restart goes on exactly there.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from chains.opinion_monitor.sources import Item
from chainzoo import DataError, FetchError, MissingExtraError

WAIT_MS = 500
PATIENCE = 6  # Times that the last messages are waited for, where nothing is watched.


class KafkaSource:
    """The messages of a topic: JSON objects or texts."""

    def __init__(self, brokers: str, topic: str, consumer: Callable[[], Any] | None = None) -> None:
        """``consumer`` makes an ``aiokafka.AIOKafkaConsumer`` or what behaves like one."""
        self.brokers, self.topic = brokers, topic
        self.name = f"kafka:{brokers}/{topic}"
        self.ended = False
        self._make = consumer or self._consumer
        self._loop = asyncio.new_event_loop()
        self._open: Any = None

    @classmethod
    def of_url(cls, url: str) -> KafkaSource:
        """Of ``kafka://broker:9092,broker:9092/topic``.

        Raises:
            DataError: the topic or the broker is missing. MissingExtraError: aiokafka is.
        """
        parts = urlsplit(url)
        topic = parts.path.strip("/")
        if not parts.netloc or not topic:
            raise DataError(
                f"{url} names no broker and topic.", remedy="Write kafka://localhost:9092/posts."
            )
        _library()
        return cls(parts.netloc, topic)

    def read(self, positions: Mapping[str, str], most: int, *, final: bool) -> list[Item]:
        """Messages that have come since.

        Raises:
            FetchError: the broker does not answer.
        """
        try:
            for _ in range(PATIENCE if final else 1):
                if items := self._loop.run_until_complete(self._read(positions, most)):
                    return items
            return []
        except (OSError, RuntimeError) as error:
            if isinstance(error, MissingExtraError):
                raise
            raise FetchError(
                f"Kafka at {self.brokers}: {error}.", remedy="Check the broker and the topic."
            ) from None

    def close(self) -> None:
        """Leave the broker."""
        if self._open is not None:
            self._loop.run_until_complete(self._open.stop())
        self._loop.close()

    async def _read(self, positions: Mapping[str, str], most: int) -> list[Item]:
        if self._open is None:
            self._open = await self._begun(positions)
        got = await self._open.getmany(timeout_ms=WAIT_MS, max_records=most)
        return [
            self._item(place.partition, record)
            for place, records in got.items()
            for record in records
        ]

    async def _begun(self, positions: Mapping[str, str]) -> Any:
        consumer = self._make()
        await consumer.start()
        try:
            places = consumer.assignment() or await self._assigned(consumer)
            for place in places:
                stored = positions.get(f"{self.name}#{place.partition}")
                if stored is None:
                    await consumer.seek_to_beginning(place)
                else:
                    consumer.seek(place, int(stored) + 1)
        except BaseException:
            await consumer.stop()
            raise
        return consumer

    async def _assigned(self, consumer: Any) -> Any:
        from aiokafka import TopicPartition

        numbers = await asyncio.wait_for(self._partitions(consumer), timeout=10)
        consumer.assign([TopicPartition(self.topic, number) for number in sorted(numbers)])
        return consumer.assignment()

    async def _partitions(self, consumer: Any) -> set[int]:
        while not (numbers := consumer.partitions_for_topic(self.topic)):
            await consumer.topics()
            await asyncio.sleep(0.1)
        return set(numbers)

    def _item(self, partition: int, record: Any) -> Item:
        name, offset = f"{self.name}#{partition}", str(record.offset)
        text = (record.value or b"").decode("utf-8", "replace").strip()
        if not text.startswith("{"):
            row: Any = {"text": text, "timestamp": record.timestamp}
            return Item(name, row, offset, "" if text else "an empty message")
        try:
            row = json.loads(text)
        except ValueError as error:
            return Item(name, text[:500], offset, f"not JSON: {error}")
        if isinstance(row, dict) and not {"created_at", "time", "date", "timestamp"} & set(row):
            row["timestamp"] = record.timestamp
        return Item(name, row, offset)

    def _consumer(self) -> Any:
        library = _library()
        return library.AIOKafkaConsumer(
            bootstrap_servers=self.brokers, enable_auto_commit=False, auto_offset_reset="earliest"
        )


def _library() -> Any:
    try:
        import aiokafka
    except ImportError:
        raise MissingExtraError(
            "Kafka needs aiokafka.", remedy='Run: pip install "chainzoo[kafka]"'
        ) from None
    return aiokafka
