"""The audit log: every turn, the memory of each conversation, and feedback, in one SQLite file.

Texts are kept with personal data masked.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chains.customer_service.turn import Memory, Turn
from chainzoo import DataError

TABLES = """
CREATE TABLE IF NOT EXISTS turns (
  number INTEGER PRIMARY KEY, thread TEXT NOT NULL, time TEXT NOT NULL, asked TEXT NOT NULL,
  kind TEXT NOT NULL, answer TEXT NOT NULL, language TEXT, intent TEXT, confidence REAL,
  score REAL, citations TEXT, because TEXT, summary TEXT, seconds REAL, skill TEXT
);
CREATE TABLE IF NOT EXISTS memory (thread TEXT PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS feedback (
  number INTEGER PRIMARY KEY, turn INTEGER NOT NULL, time TEXT NOT NULL, good INTEGER NOT NULL,
  intent TEXT, answer TEXT, learnt INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS turns_of_thread ON turns (thread);
"""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Feedback on a turn: what was asked, what was said, and what would have been right."""

    number: int
    asked: str
    kind: str
    good: bool
    intent: str | None
    answer: str | None
    said_intent: str | None
    said: str
    source: str


class Log:
    """One file a bot. Each call opens it anew: threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as db:
            db.executescript(TABLES)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, timeout=30)
        db.row_factory = sqlite3.Row
        try:
            with db:
                yield db
        finally:
            db.close()

    def memory(self, thread: str) -> Memory:
        """What is kept of a conversation; nothing yet for a new one."""
        with self._open() as db:
            row = db.execute("SELECT state FROM memory WHERE thread = ?", (thread,)).fetchone()
        if row is None:
            return Memory()
        values = json.loads(row["state"])
        values["said"] = [(who, text) for who, text in values["said"]]
        return Memory(**values)

    def record(self, turn: Turn, asked: str, memory: Memory, skill: str | None) -> int:
        """Keep a turn and the memory after it, both or neither; gives the turn's number."""
        cited = json.dumps([asdict(c) for c in turn.citations], ensure_ascii=False)
        row = (
            turn.thread, _now(), asked, turn.kind, turn.text, turn.language, turn.intent,
            turn.confidence, turn.score, cited, turn.because, turn.summary, turn.seconds, skill,
        )  # fmt: skip
        with self._open() as db:
            number = db.execute(
                "INSERT INTO turns (thread, time, asked, kind, answer, language, intent,"
                " confidence, score, citations, because, summary, seconds, skill)"
                f" VALUES ({','.join('?' * len(row))})",
                row,
            ).lastrowid
            state = json.dumps(asdict(memory), ensure_ascii=False)
            db.execute("INSERT OR REPLACE INTO memory VALUES (?, ?)", (turn.thread, state))
        return int(number or 0)

    def turns(self, thread: str | None = None) -> list[dict[str, Any]]:
        """The turns of a conversation, or all, the oldest first."""
        asked = "SELECT * FROM turns" + (" WHERE thread = ?" if thread else "") + " ORDER BY number"
        with self._open() as db:
            return [dict(row) for row in db.execute(asked, (thread,) if thread else ())]

    def forget(self, thread: str) -> int:
        """Erase a conversation with its memory and feedback; gives the number of turns erased."""
        with self._open() as db:
            db.execute("PRAGMA secure_delete = ON")  # Zeros, not pages that are merely free.
            own = "(SELECT number FROM turns WHERE thread = ?)"
            db.execute(f"DELETE FROM feedback WHERE turn IN {own}", (thread,))
            db.execute("DELETE FROM memory WHERE thread = ?", (thread,))
            return db.execute("DELETE FROM turns WHERE thread = ?", (thread,)).rowcount

    def rate(
        self, turn: int, *, good: bool, intent: str | None = None, answer: str | None = None
    ) -> None:
        """Keep a thumb up or down on a turn, with what would have been right.

        Raises:
            DataError: there is no such turn.
        """
        with self._open() as db:
            if not db.execute("SELECT 1 FROM turns WHERE number = ?", (turn,)).fetchone():
                raise DataError(
                    f"there is no turn {turn}.",
                    file=self.path,
                    remedy="The number is the one that `chainzoo bot ask --json` gives.",
                )
            db.execute(
                "INSERT INTO feedback (turn, time, good, intent, answer) VALUES (?, ?, ?, ?, ?)",
                (turn, _now(), int(good), intent, answer),
            )

    def lessons(self) -> list[Lesson]:
        """Feedback that nothing has been learnt from yet; of two on a turn, the later."""
        asked = (
            "SELECT f.number, t.asked, t.kind, f.good, f.intent, f.answer, t.intent AS said_intent,"
            " t.answer AS said, coalesce(json_extract(t.citations, '$[0].source'), '') AS source"
            " FROM feedback f JOIN turns t ON t.number = f.turn WHERE f.learnt = 0"
            " AND f.number IN (SELECT max(number) FROM feedback GROUP BY turn) ORDER BY f.number"
        )
        with self._open() as db:
            rows = [dict(row) for row in db.execute(asked)]
        return [Lesson(**{**row, "good": bool(row["good"])}) for row in rows]

    def learnt(self, up_to: int) -> None:
        """Mark feedback as learnt from."""
        with self._open() as db:
            db.execute("UPDATE feedback SET learnt = 1 WHERE number <= ?", (up_to,))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
