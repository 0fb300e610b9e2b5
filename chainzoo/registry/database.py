"""Open the registry's database, and the two kinds of transaction on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from chainzoo.errors import RegistryError
from chainzoo.registry.schema import SchemaBase

BUSY_SECONDS = 30


def open_database(url: str) -> Engine:
    """Open the database at an SQLAlchemy URL and create the tables that it lacks.

    SQLite databases use write-ahead logging, so that readers do not wait for a writer.

    Raises:
        RegistryError: the URL is invalid, the server cannot be reached, or the file is damaged.
    """
    options = {"timeout": BUSY_SECONDS} if url.startswith("sqlite") else {}
    with _translate_errors(url):
        engine = create_engine(url, connect_args=options)
        if engine.dialect.name == "sqlite":
            _configure_sqlite(engine)
        with engine.execution_options(writes=True).begin() as connection:
            SchemaBase.metadata.create_all(connection)
    return engine


def _configure_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        # pysqlite would begin a transaction at its first write; `_begin` does it at once.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A writer takes the lock before it reads: two that read first and then write would collide.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def read_session(engine: Engine) -> Iterator[Session]:
    """Open a session that only reads; it does not wait for writers."""
    with _translate_errors(str(engine.url)), Session(engine) as session:
        yield session


@contextmanager
def write_session(engine: Engine) -> Iterator[Session]:
    """Open a session whose changes are committed together, or not at all when the block raises."""
    writer = engine.execution_options(writes=True)
    with _translate_errors(str(engine.url)), Session(writer) as session, session.begin():
        yield session


@contextmanager
def _translate_errors(url: str) -> Iterator[None]:
    """Raise ``RegistryError`` for the database's errors, and for a driver that is not installed."""
    try:
        yield
    except (SQLAlchemyError, ImportError) as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise RegistryError(
            f"The registry at {url} cannot be used: {cause}.",
            remedy=(
                "Check that it can be reached and written. If the file is damaged, restore it from"
                " a backup, or move it away: a new, empty registry is then created."
            ),
        ) from None
