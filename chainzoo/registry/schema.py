"""The tables of the registry, and opening its database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Engine, ForeignKey, String, UniqueConstraint, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

BUSY_SECONDS = 30


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


class Base(DeclarativeBase):
    """All tables."""

    type_annotation_map = {dict[str, Any]: JSON}


class Model(Base):
    """A published version."""

    __tablename__ = "models"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    version: Mapped[int]
    task: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(16))
    base: Mapped[str] = mapped_column(String(128))
    metric: Mapped[str] = mapped_column(String(64))
    score: Mapped[float]
    rows: Mapped[int]
    size_mb: Mapped[float]
    files: Mapped[dict[str, Any]]
    lineage: Mapped[dict[str, Any]]
    report: Mapped[dict[str, Any]]
    created: Mapped[datetime] = mapped_column(default=now)


class Counter(Base):
    """The last version of each name: versions are never given twice, not even after a deletion."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int]


class Alias(Base):
    """A movable name for a version."""

    __tablename__ = "aliases"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    alias: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int]


class AliasMove(Base):
    """Where an alias has pointed: what rolling back goes by."""

    __tablename__ = "alias_moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    alias: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    created: Mapped[datetime] = mapped_column(default=now)


class Run(Base):
    """A fine-tuning."""

    __tablename__ = "runs"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    data: Mapped[str]
    recipe: Mapped[dict[str, Any]]
    options: Mapped[dict[str, Any]]
    folder: Mapped[str]
    model: Mapped[str | None]
    error: Mapped[str | None]
    pid: Mapped[int | None]
    pid_started: Mapped[float | None]
    stop: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(default=now)
    updated: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class Event(Base):
    """Something that happened in a run."""

    __tablename__ = "run_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    run: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    values: Mapped[dict[str, Any]]
    time: Mapped[datetime] = mapped_column(default=now)


def open_database(url: str) -> Engine:
    """The database at a URL, with its tables. SQLite gets write-ahead logging."""
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS} if url.startswith("sqlite") else {}
    )
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, _: Any) -> None:
            # pysqlite would begin transactions late; ours begin where we say (see `_begin`).
            connection.isolation_level = None
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            # Taking the write lock first: two that read and then write would else collide.
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        Base.metadata.create_all(connection)
    return engine
