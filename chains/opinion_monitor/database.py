"""The SQLite file of a monitor: its schema, transactions and named values."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chains.opinion_monitor.config import HOUR
from chainzoo import DataError

VERSION = 2
BUSY_TIMEOUT_SECONDS = 30


class MonitorDatabase:
    """An open SQLite file. One process writes; any number may read."""

    def __init__(self, path: Path, window_seconds: int | None = None) -> None:
        """Open the file; create it if ``window_seconds`` is given.

        Raises:
            DataError: the file does not exist, is of another format or version, or its windows are
                of another length.
        """
        self.path = path
        if window_seconds is None and not path.exists():
            raise DataError(
                "there is no monitor's store.",
                file=path,
                remedy="Run `chainzoo monitor --sentiment MODEL --input FILE` first,"
                " or name --store.",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            # Threads take turns: the monitor holds a lock while it ingests.
            self.connection = sqlite3.connect(
                path,
                timeout=BUSY_TIMEOUT_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = NORMAL")
            self._prepare(window_seconds)
        except sqlite3.Error as error:
            raise DataError(
                f"cannot be opened as a monitor's store: {error}.",
                file=path,
                remedy="Name another file with --store.",
            ) from None
        self.window_seconds = int(self.state("window_seconds") or 0)
        if window_seconds is not None and window_seconds != self.window_seconds:
            raise DataError(
                f"its windows are of {self.window_seconds // HOUR} hours, not of"
                f" {window_seconds // HOUR}.",
                file=path,
                remedy="Give the same --window, or another --store.",
            )

    def _prepare(self, window_seconds: int | None) -> None:
        with self.transaction():
            version = self.connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0 and window_seconds is not None:
                for statement in _schema_statements():
                    self.connection.execute(statement)
                self.connection.execute(f"PRAGMA user_version = {VERSION}")
                self.set_state("window_seconds", window_seconds)
            elif version != VERSION:
                raise sqlite3.DatabaseError(f"its version is {version}, expected {VERSION}")

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block writes when it ends, or nothing if it raises."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def state(self, name: str) -> str | None:
        """Return a named value, such as the watermark; ``None`` if it was never set."""
        query = "SELECT value FROM state WHERE name = ?"
        row = self.connection.execute(query, (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_state(self, name: str, value: Any) -> None:
        """Set a named value."""
        self.connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, str(value)))

    def increment(self, name: str, by: int) -> None:
        """Add to a named counter."""
        self.set_state(name, int(self.state(name) or 0) + by)


def _schema_statements() -> list[str]:
    schema = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
    return [statement for statement in schema.split(";\n") if statement.strip()]
