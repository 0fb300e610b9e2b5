"""Read posts from every partition of a Kafka topic.

Offsets are kept in the monitor's store, in one transaction with the counts; offsets of the broker
are not used. A restart therefore goes on exactly after the last stored message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from chains.opinion_monitor.sources.base import SourceItem, parse_json_row
from chainzoo import DataError, FetchError, MissingExtraError

POLL_MS = 500
FINAL_POLLS = 6  # Polls without a message after which a topic that is not watched is done.
METADATA_TIMEOUT_SECONDS = 10
TIME_FIELDS = frozenset({"created_at", "time", "date", "timestamp"})  # Else: the message's time.


class KafkaSource:
    """The messages of a topic: JSON objects or texts."""

    def __init__(
        self, brokers: str, topic: str, make_consumer: Callable[[], Any] | None = None
    ) -> None:
        """``make_consumer`` returns an ``aiokafka.AIOKafkaConsumer`` or an object like one."""
        self.brokers, self.topic = brokers, topic
        self.name = f"kafka:{brokers}/{topic}"
        self.ended = False
        self._make_consumer = make_consumer or self._default_consumer
        self._loop = asyncio.new_event_loop()
        self._consumer: Any = None

    @classmethod
    def from_url(cls, url: str) -> KafkaSource:
        """Return the source of ``kafka://broker:9092,broker:9092/topic``.

        Raises:
            DataError: the broker or the topic is missing.
            MissingExtraError: aiokafka is not installed.
        """
        parts = urlsplit(url)
        topic = parts.path.strip("/")
        if not parts.netloc or not topic:
            raise DataError(
                f"{url} names no broker and topic.", remedy="Write kafka://localhost:9092/posts."
            )
        _import_aiokafka()
        return cls(parts.netloc, topic)

    def read(
        self, positions: Mapping[str, str], max_items: int, *, final: bool
    ) -> list[SourceItem]:
        """Return the next messages.

        Raises:
            FetchError: the broker does not answer.
        """
        try:
            for _ in range(FINAL_POLLS if final else 1):
                if items := self._loop.run_until_complete(self._poll(positions, max_items)):
                    return items
            return []
        except (OSError, RuntimeError) as error:
            if isinstance(error, MissingExtraError):
                raise
            raise FetchError(
                f"Kafka at {self.brokers}: {error}.", remedy="Check the broker and the topic."
            ) from None

    def close(self) -> None:
        """Disconnect from the broker."""
        if self._consumer is not None:
            self._loop.run_until_complete(self._consumer.stop())
        self._loop.close()

    async def _poll(self, positions: Mapping[str, str], max_items: int) -> list[SourceItem]:
        if self._consumer is None:
            self._consumer = await self._start_consumer(positions)
        batches = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=max_items)
        return [
            self._item(partition.partition, record)
            for partition, records in batches.items()
            for record in records
        ]

    async def _start_consumer(self, positions: Mapping[str, str]) -> Any:
        consumer = self._make_consumer()
        await consumer.start()
        try:
            for partition in consumer.assignment() or await self._assign_partitions(consumer):
                offset = positions.get(f"{self.name}#{partition.partition}")
                if offset is None:
                    await consumer.seek_to_beginning(partition)
                else:
                    consumer.seek(partition, int(offset) + 1)
        except BaseException:
            await consumer.stop()
            raise
        return consumer

    async def _assign_partitions(self, consumer: Any) -> Any:
        from aiokafka import TopicPartition

        numbers = await asyncio.wait_for(self._partitions(consumer), METADATA_TIMEOUT_SECONDS)
        consumer.assign([TopicPartition(self.topic, number) for number in sorted(numbers)])
        return consumer.assignment()

    async def _partitions(self, consumer: Any) -> set[int]:
        while not (numbers := consumer.partitions_for_topic(self.topic)):
            await consumer.topics()
            await asyncio.sleep(0.1)
        return set(numbers)

    def _item(self, partition: int, record: Any) -> SourceItem:
        name, offset = f"{self.name}#{partition}", str(record.offset)
        text = (record.value or b"").decode("utf-8", "replace").strip()
        if not text.startswith("{"):
            row: Any = {"text": text, "timestamp": record.timestamp}
            return SourceItem(name, row, offset, "" if text else "an empty message")
        row, problem = parse_json_row(text)
        if isinstance(row, dict) and not TIME_FIELDS & set(row):
            row["timestamp"] = record.timestamp
        return SourceItem(name, row, offset, problem)

    def _default_consumer(self) -> Any:
        return _import_aiokafka().AIOKafkaConsumer(
            bootstrap_servers=self.brokers, enable_auto_commit=False, auto_offset_reset="earliest"
        )


def _import_aiokafka() -> Any:
    try:
        import aiokafka
    except ImportError:
        raise MissingExtraError(
            "Kafka needs aiokafka, which is not installed.",
            remedy='Run: pip install "chainzoo[kafka]"',
        ) from None
    return aiokafka
