"""Conversations that outlive the process: LangGraph's checkpoints in the home's own database."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainzoo.home import Home

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite import SqliteSaver

BUSY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation: its name, when it last went on, and how it began."""

    name: str
    last: datetime
    opening: str


def conversations(home: Home) -> Path:
    """The database with every conversation."""
    return home.root / "conversations.db"


def open_memory(home: Home) -> SqliteSaver:
    """A checkpointer for agents, safe for several threads and processes."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    home.root.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(conversations(home), check_same_thread=False, timeout=BUSY_SECONDS)
    connection.execute("PRAGMA journal_mode=WAL")
    saver = SqliteSaver(connection)
    saver.setup()
    return saver


def threads(home: Home) -> list[Thread]:
    """All conversations, the latest first."""
    if not conversations(home).exists():
        return []
    found: dict[str, Thread] = {}
    for saved in open_memory(home).list(None):
        name = str(saved.config["configurable"]["thread_id"])
        if name in found:
            continue
        messages: list[Any] = saved.checkpoint["channel_values"].get("messages", [])
        opening = next((str(m.text) for m in messages if m.type == "human"), "")
        found[name] = Thread(name, datetime.fromisoformat(saved.checkpoint["ts"]), opening)
    return sorted(found.values(), key=lambda thread: thread.last, reverse=True)
