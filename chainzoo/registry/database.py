"""Opening the registry's database, and the two kinds of transaction on it."""

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
    """The database at a URL, with its tables. SQLite gets write-ahead logging.

    Raises:
        RegistryError: the URL is none, the server is out of reach, or the file is no database.
    """
    options = {"timeout": BUSY_SECONDS} if url.startswith("sqlite") else {}
    with _translate_errors(url):
        engine = create_engine(url, connect_args=options)
        if engine.dialect.name == "sqlite":
            _tune_sqlite(engine)
        with engine.execution_options(writes=True).begin() as connection:
            SchemaBase.metadata.create_all(connection)
    return engine


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        # pysqlite would begin transactions late; ours begin where we say (see `_begin`).
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # Writers take the lock first: two that read and then write would else collide.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads, and waits for nobody."""
    with _translate_errors(str(engine.url)), Session(engine) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session that writes all that it does, or nothing."""
    writer = engine.execution_options(writes=True)
    with _translate_errors(str(engine.url)), Session(writer) as session, session.begin():
        yield session


@contextmanager
def _translate_errors(url: str) -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, ImportError) as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise RegistryError(
            f"The registry at {url} cannot be used: {cause}.",
            remedy=(
                "Check that it can be reached and written. If the file is damaged, put it back"
                " from a copy; moved aside, a new and empty one is made."
            ),
        ) from None
