"""Sinks of alerts: the terminal, a file, a webhook.

Each alert is delivered at least once to every sink. A delivery is recorded after it succeeded;
after a crash in between, the alert is sent again with the same ``id``.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Protocol

from chains.opinion_monitor.alerts import AlertRecord
from chains.opinion_monitor.store import MonitorStore
from chainzoo import DataError

TIMEOUT_SECONDS = 10.0
SHOWN_POSTS = 3
SHOWN_CHARACTERS = 110
FILE_FORMATS = (".jsonl", ".json", ".log")


class AlertSink(Protocol):
    """Receives alerts; deliveries are recorded under ``name``."""

    name: str

    def send(self, alert: AlertRecord) -> None:
        """Send one alert.

        Raises:
            OSError: it could not be sent; it is sent again later.
        """
        ...


def deliver_alerts(store: MonitorStore, sink: AlertSink) -> None:
    """Send the alerts that a sink has not received, oldest first, up to the first failure."""
    for alert in store.undelivered_alerts(sink.name):
        try:
            sink.send(alert)
        except OSError as error:
            print(f"{sink.name} failed; the alert is sent again later: {error}", file=sys.stderr)
            return
        store.mark_delivered(alert["id"], sink.name)


def format_example_posts(alert: AlertRecord) -> list[str]:
    """Return the first example posts of an alert, each in one shortened line."""
    posts = alert["example_posts"][:SHOWN_POSTS]
    return [" ".join(post["text"].split())[:SHOWN_CHARACTERS] for post in posts]


class TerminalSink:
    """Print alerts to standard error, so that standard output stays parsable."""

    name = "terminal"

    def send(self, alert: AlertRecord) -> None:
        """Print the alert and example posts."""
        print(f"ALERT {alert['text']}", file=sys.stderr)
        for line in format_example_posts(alert):
            print(f"      {line}", file=sys.stderr)


class FileSink:
    """Append alerts to a file as JSON Lines; an alert that is in the file is not repeated."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser().absolute()
        self.name = f"file:{self.path}"
        self._ids: set[str] | None = None

    def send(self, alert: AlertRecord) -> None:
        """Append the alert and flush it to the disk."""
        if self._ids is None:
            self._ids = self._read_ids()
        if alert["id"] in self._ids:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(alert, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._ids.add(alert["id"])

    def _read_ids(self) -> set[str]:
        """Return the ids in the file; a line that a crash left unfinished is ended first."""
        if not self.path.exists():
            return set()
        text = self.path.read_text(encoding="utf-8", errors="replace")
        if text and not text.endswith("\n"):
            with self.path.open("a", encoding="utf-8") as file:
                file.write("\n")
        ids = set()
        for line in text.splitlines():
            try:
                ids.add(str(json.loads(line)["id"]))
            except (ValueError, KeyError, TypeError):
                continue
        return ids


class WebhookSink:
    """POST each alert as a JSON object."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = f"webhook:{url}"

    def send(self, alert: AlertRecord) -> None:
        """POST the alert; any status but a success is a failure."""
        import httpx

        try:
            httpx.post(self.url, json=alert, timeout=TIMEOUT_SECONDS).raise_for_status()
        except httpx.HTTPError as error:
            raise OSError(f"{self.url}: {error}") from None


def open_sink(address: str) -> AlertSink:
    """Return the sink at ``terminal``, ``file:PATH`` or an ``https://…`` URL.

    Raises:
        DataError: the address is none of these.
    """
    if address == "terminal":
        return TerminalSink()
    if address.startswith(("http://", "https://")):
        return WebhookSink(address)
    if address.startswith("file:") and len(address) > len("file:"):
        return FileSink(address.removeprefix("file:"))
    if address.endswith(FILE_FORMATS):
        return FileSink(address)
    raise DataError(
        f"alerts cannot be sent to {address!r}.",
        remedy="Use terminal, file:alerts.jsonl or https://… .",
    )
