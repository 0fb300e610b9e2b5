"""Where alerts go: the terminal, a file, a webhook. Each is told every alert, and once if it can.

What a sink has had is noted after it had it. After a crash in between it is told again; the
alert's ``id`` says that it is the same.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, Protocol

from chainzoo import DataError

SECONDS = 10.0


class Sink(Protocol):
    """Takes alerts; ``name`` is what the deliveries are noted under."""

    name: str

    def send(self, alert: dict[str, Any]) -> None:
        """Tell one alert. Raises ``OSError`` where it could not; it is tried again later."""
        ...


class TerminalSink:
    """Lines on standard error, so that JSON on standard output stays whole."""

    name = "terminal"

    def send(self, alert: dict[str, Any]) -> None:
        """Print the alert and the posts that caused it."""
        print(f"ALERT {alert['text']}", file=sys.stderr)
        for post in alert["causes"][:3]:
            print(f"      {' '.join(post['text'].split())[:110]}", file=sys.stderr)


class FileSink:
    """JSON lines in a file; an alert that is in it already is not written again."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser().absolute()
        self.name = f"file:{self.path}"
        self._had: set[str] | None = None

    def send(self, alert: dict[str, Any]) -> None:
        """Append the alert, to the disk."""
        if self._had is None:
            self._had = self._ids()
        if alert["id"] in self._had:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(alert, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._had.add(alert["id"])

    def _ids(self) -> set[str]:
        """What is in the file. Half a line, left by a crash, is ended first."""
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
    """Each alert as a JSON object, POSTed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = f"webhook:{url}"

    def send(self, alert: dict[str, Any]) -> None:
        """POST it; an answer that is no success counts as not told."""
        import httpx

        try:
            answer = httpx.post(self.url, json=alert, timeout=SECONDS)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise OSError(f"{self.url}: {error}") from None


def open_sink(told: str) -> Sink:
    """The sink that a user names: ``terminal``, ``file:PATH`` or an ``https://…`` URL.

    Raises:
        DataError: it is none of these.
    """
    if told == "terminal":
        return TerminalSink()
    if told.startswith(("http://", "https://")):
        return WebhookSink(told)
    if told.startswith("file:") and len(told) > len("file:"):
        return FileSink(told.removeprefix("file:"))
    if told.endswith((".jsonl", ".json", ".log")):
        return FileSink(told)
    raise DataError(
        f"alerts cannot go to {told!r}.",
        remedy="Use terminal, file:alerts.jsonl or https://… .",
    )
