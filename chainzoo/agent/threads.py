"""Conversations that outlive the process: LangGraph checkpoints in a database of the home."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainzoo.home import Home

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite import SqliteSaver

BUSY_TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class ThreadSummary:
    """A conversation: its name, when it was last continued (UTC), and its first message."""

    name: str
    updated_at: datetime
    first_message: str


def database_path(home: Home) -> Path:
    """The SQLite database with every conversation of a home."""
    return home.root / "conversations.db"


def open_checkpointer(home: Home) -> SqliteSaver:
    """Open a checkpointer for agents; it is safe for several threads and processes."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    home.root.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        database_path(home), check_same_thread=False, timeout=BUSY_TIMEOUT_SECONDS
    )
    connection.execute("PRAGMA journal_mode=WAL")
    saver = SqliteSaver(connection)
    saver.setup()
    return saver


def list_threads(home: Home) -> list[ThreadSummary]:
    """All conversations of a home, the latest first."""
    if not database_path(home).exists():
        return []
    threads: dict[str, ThreadSummary] = {}
    checkpointer = open_checkpointer(home)
    with closing(checkpointer.conn):
        for saved in checkpointer.list(None):
            name = str(saved.config["configurable"]["thread_id"])
            if name in threads:
                continue  # Checkpoints come the latest first.
            messages: list[Any] = saved.checkpoint["channel_values"].get("messages", [])
            first = next((str(m.text) for m in messages if m.type == "human"), "")
            updated_at = datetime.fromisoformat(saved.checkpoint["ts"])
            threads[name] = ThreadSummary(name, updated_at, first)
    return sorted(threads.values(), key=lambda thread: thread.updated_at, reverse=True)
