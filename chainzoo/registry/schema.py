"""The tables of the registry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


class SchemaBase(DeclarativeBase):
    """All tables."""

    type_annotation_map = {dict[str, Any]: JSON}


class ModelRow(SchemaBase):
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


class PendingUploadRow(SchemaBase):
    """Files of a version on their way in, and the process that brings them."""

    __tablename__ = "incoming"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    token: Mapped[str] = mapped_column(String(32))
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int]
    pid_started: Mapped[float | None]
    created: Mapped[datetime] = mapped_column(default=now)


class HeldOutRow(SchemaBase):
    """Rows of a data set that were set aside for the last judgement, by hashes of their content."""

    __tablename__ = "seals"

    id: Mapped[int] = mapped_column(primary_key=True)
    data_name: Mapped[str] = mapped_column(String(255))
    data_sha256: Mapped[str] = mapped_column(String(64), index=True)
    task: Mapped[str] = mapped_column(String(64))
    keys: Mapped[dict[str, Any]]
    created: Mapped[datetime] = mapped_column(default=now)


class TestSetUseRow(SchemaBase):
    """One judgement of a model on sealed rows."""

    __tablename__ = "looks"

    id: Mapped[int] = mapped_column(primary_key=True)
    data_name: Mapped[str] = mapped_column(String(255))
    model: Mapped[str] = mapped_column(String(128), index=True)
    metric: Mapped[str] = mapped_column(String(64))
    score: Mapped[float]
    rows: Mapped[int]
    created: Mapped[datetime] = mapped_column(default=now)


class VersionCounterRow(SchemaBase):
    """The last version of each name: versions are never given twice, not even after a deletion."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int]


class AliasRow(SchemaBase):
    """A movable name for a version."""

    __tablename__ = "aliases"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    alias: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int]


class AliasMoveRow(SchemaBase):
    """Where an alias has pointed: what rolling back goes by."""

    __tablename__ = "alias_moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    alias: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    created: Mapped[datetime] = mapped_column(default=now)


class RunRow(SchemaBase):
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
    queued: Mapped[datetime] = mapped_column(default=now)
    created: Mapped[datetime] = mapped_column(default=now)
    updated: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class EventRow(SchemaBase):
    """Something that happened in a run."""

    __tablename__ = "run_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    run: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    values: Mapped[dict[str, Any]]
    time: Mapped[datetime] = mapped_column(default=now)
