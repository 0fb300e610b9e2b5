"""The audit log: all turns, the state of each session, and feedback, in one SQLite file.

Texts are stored with personal data masked.
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

from chains.customer_service.turns import BotTurn, SessionState
from chainzoo import DataError

VERSION = 1
TIMEOUT_SECONDS = 30
SCHEMA = """
CREATE TABLE IF NOT EXISTS turns (
  number INTEGER PRIMARY KEY, thread TEXT NOT NULL, time TEXT NOT NULL, message TEXT NOT NULL,
  kind TEXT NOT NULL, answer TEXT NOT NULL, language TEXT, intent TEXT, confidence REAL,
  score REAL, citations TEXT, reason TEXT, summary TEXT, seconds REAL, version TEXT
);
CREATE TABLE IF NOT EXISTS sessions (thread TEXT PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS feedback (
  number INTEGER PRIMARY KEY, turn INTEGER NOT NULL, time TEXT NOT NULL, good INTEGER NOT NULL,
  intent TEXT, answer TEXT, used INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS turns_of_thread ON turns (thread);
"""
INSERT_TURN = (
    "INSERT INTO turns (thread, time, message, kind, answer, language, intent, confidence, score,"
    " citations, reason, summary, seconds, version)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
SELECT_FEEDBACK = (
    "SELECT f.number, t.message, t.kind, f.good, f.intent, f.answer,"
    " t.intent AS predicted_intent, t.answer AS given_answer,"
    " coalesce(json_extract(t.citations, '$[0].source'), '') AS source"
    " FROM feedback f JOIN turns t ON t.number = f.turn WHERE f.used = 0"
    " AND f.number IN (SELECT max(number) FROM feedback GROUP BY turn) ORDER BY f.number"
)


@dataclass(frozen=True, slots=True)
class Feedback:
    """A rating of a turn: the message, what the bot predicted and answered, and what is right."""

    number: int
    message: str
    kind: str
    good: bool
    intent: str | None
    answer: str | None
    predicted_intent: str | None
    given_answer: str
    source: str


class AuditLog:
    """One file a bot. Each call opens it anew, so threads and processes can share it."""

    def __init__(self, path: Path) -> None:
        """Open or create the log.

        Raises:
            DataError: the file is of another version.
        """
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._connect() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            is_empty = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
            if version != VERSION and not is_empty:
                raise DataError(
                    f"its version is {version}, expected {VERSION}.",
                    file=path,
                    remedy="Move the file away; the bot starts a new one.",
                )
            if version != VERSION:
                db.executescript(f"{SCHEMA} PRAGMA user_version = {VERSION};")

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        """Open a connection; commit when the block ends, roll back if it raises."""
        db = sqlite3.connect(self.path, timeout=TIMEOUT_SECONDS)
        db.row_factory = sqlite3.Row
        try:
            with db:
                yield db
        finally:
            db.close()

    def load_session(self, thread: str) -> SessionState:
        """Return the state of a conversation; an empty one if it is new."""
        query = "SELECT state FROM sessions WHERE thread = ?"
        with self._connect() as db:
            row = db.execute(query, (thread,)).fetchone()
        if row is None:
            return SessionState()
        values = json.loads(row["state"])
        values["messages"] = [(speaker, text) for speaker, text in values["messages"]]
        return SessionState(**values)

    def record(
        self, turn: BotTurn, message: str, session: SessionState, version: str | None
    ) -> int:
        """Store a turn with the session after it, both or neither; return the turn's number."""
        citations = json.dumps([asdict(c) for c in turn.citations], ensure_ascii=False)
        values = (
            turn.thread, _now(), message, turn.kind, turn.text, turn.language, turn.intent,
            turn.confidence, turn.score, citations, turn.reason, turn.summary, turn.seconds,
            version,
        )  # fmt: skip
        state = json.dumps(asdict(session), ensure_ascii=False)
        with self._connect() as db:
            number = db.execute(INSERT_TURN, values).lastrowid
            db.execute("INSERT OR REPLACE INTO sessions VALUES (?, ?)", (turn.thread, state))
        return int(number or 0)

    def turns(self, thread: str | None = None) -> list[dict[str, Any]]:
        """Return the turns of a conversation, or of all, oldest first."""
        where, values = (" WHERE thread = ?", (thread,)) if thread else ("", ())
        with self._connect() as db:
            rows = db.execute(f"SELECT * FROM turns{where} ORDER BY number", values)
            return [dict(row) for row in rows]

    def forget(self, thread: str) -> int:
        """Erase a conversation, its session and its feedback; return the number of turns."""
        with self._connect() as db:
            db.execute("PRAGMA secure_delete = ON")  # Overwrite the deleted content with zeros.
            turns = "SELECT number FROM turns WHERE thread = ?"
            db.execute(f"DELETE FROM feedback WHERE turn IN ({turns})", (thread,))
            db.execute("DELETE FROM sessions WHERE thread = ?", (thread,))
            return db.execute("DELETE FROM turns WHERE thread = ?", (thread,)).rowcount

    def rate(
        self, turn: int, *, good: bool, intent: str | None = None, answer: str | None = None
    ) -> None:
        """Store a rating of a turn, with the intent or the answer that is right.

        Raises:
            DataError: there is no such turn.
        """
        with self._connect() as db:
            if not db.execute("SELECT 1 FROM turns WHERE number = ?", (turn,)).fetchone():
                raise DataError(
                    f"there is no turn {turn}.",
                    file=self.path,
                    remedy="The number is the one that `chainzoo bot ask --json` prints.",
                )
            db.execute(
                "INSERT INTO feedback (turn, time, good, intent, answer) VALUES (?, ?, ?, ?, ?)",
                (turn, _now(), int(good), intent, answer),
            )

    def unused_feedback(self) -> list[Feedback]:
        """Return feedback that was not used for training, the last of each turn."""
        with self._connect() as db:
            rows = [dict(row) for row in db.execute(SELECT_FEEDBACK)]
        return [Feedback(**{**row, "good": bool(row["good"])}) for row in rows]

    def mark_used(self, up_to: int) -> None:
        """Mark feedback up to a number as used for training."""
        with self._connect() as db:
            db.execute("UPDATE feedback SET used = 1 WHERE number <= ?", (up_to,))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
