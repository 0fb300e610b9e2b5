"""Read posts from standard input, or from any other stream of lines."""

from __future__ import annotations

import json
import queue
import sys
import threading
from collections.abc import Mapping
from typing import TextIO

from chains.opinion_monitor.sources.base import SourceItem, parse_json_row

WAIT_SECONDS = 0.3  # For a line, before the caller gets its turn.
MAX_QUEUED_LINES = 10_000


class LineSource:
    """Lines of JSON objects or texts, read by a thread, so that waiting blocks nobody.

    A stream cannot be read twice: lines that were read but not stored when the process ends must
    be sent again by their writer. Posts with an id or a time are then still counted once.
    """

    def __init__(self, stream: TextIO | None = None, name: str = "stdin") -> None:
        self.name, self.ended = name, False
        self._stream = stream or sys.stdin
        self._queue: queue.Queue[str | None] = queue.Queue(maxsize=MAX_QUEUED_LINES)
        self._thread: threading.Thread | None = None
        self._line_number = 0

    def read(
        self, positions: Mapping[str, str], max_items: int, *, final: bool
    ) -> list[SourceItem]:
        """Return the lines that have come; if ``final``, wait for at least one."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._fill_queue, daemon=True)
            self._thread.start()
        items: list[SourceItem] = []
        while len(items) < max_items and not self.ended:
            try:
                line = self._queue.get(timeout=None if final and not items else WAIT_SECONDS)
            except queue.Empty:
                break
            if line is None:
                self.ended = True
                break
            self._line_number += 1
            if line.strip():
                items.append(self._item(line.strip()))
        return items

    def _item(self, line: str) -> SourceItem:
        row, problem = parse_json_row(line) if line.startswith("{") else (line, "")
        return SourceItem(self.name, row, json.dumps({"line": self._line_number}), problem)

    def _fill_queue(self) -> None:
        for line in self._stream:
            self._queue.put(line)
        self._queue.put(None)
