"""The tables of the registry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def now() -> datetime:
    """Return the current time in UTC, without a time zone, as the database stores it."""
    return datetime.now(UTC).replace(tzinfo=None)


class SchemaBase(DeclarativeBase):
    """Declarative base of all tables."""

    type_annotation_map = {dict[str, Any]: JSON}


class ModelRow(SchemaBase):
    """A published version of a model."""

    __tablename__ = "model_versions"
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
    created_at: Mapped[datetime] = mapped_column(default=now)


class PendingUploadRow(SchemaBase):
    """The files of a version that are being copied, and the process that copies them."""

    __tablename__ = "pending_uploads"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    token: Mapped[str] = mapped_column(String(32))
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int]
    process_started_at: Mapped[float | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class HeldOutSetRow(SchemaBase):
    """Rows of a data set that are held out for the final evaluation, by hashes of their content."""

    __tablename__ = "held_out_sets"

    id: Mapped[int] = mapped_column(primary_key=True)
    data_name: Mapped[str] = mapped_column(String(255))
    data_sha256: Mapped[str] = mapped_column(String(64), index=True)
    task: Mapped[str] = mapped_column(String(64))
    row_keys: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)


class TestSetUseRow(SchemaBase):
    """One evaluation of a model on held-out rows."""

    __test__: ClassVar[bool] = False  # No test, whatever its name says to pytest.
    __tablename__ = "test_set_uses"

    id: Mapped[int] = mapped_column(primary_key=True)
    data_name: Mapped[str] = mapped_column(String(255))
    model: Mapped[str] = mapped_column(String(128), index=True)
    metric: Mapped[str] = mapped_column(String(64))
    score: Mapped[float]
    rows: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now)


class VersionCounterRow(SchemaBase):
    """The last version of a name. A version is never given twice, not even after its deletion."""

    __tablename__ = "version_counters"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    last_version: Mapped[int]


class AliasRow(SchemaBase):
    """A movable name for a version."""

    __tablename__ = "model_aliases"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    alias: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int]


class AliasMoveRow(SchemaBase):
    """A version that an alias has pointed to; a rollback goes through these backwards."""

    __tablename__ = "model_alias_moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    alias: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now)


class RunRow(SchemaBase):
    """A fine-tuning run."""

    __tablename__ = "tuning_runs"

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
    process_started_at: Mapped[float | None]
    stop_requested: Mapped[bool] = mapped_column(default=False)
    queued_at: Mapped[datetime] = mapped_column(default=now)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class RunEventRow(SchemaBase):
    """An event of a run."""

    __tablename__ = "tuning_run_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(
        ForeignKey("tuning_runs.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(32))
    values: Mapped[dict[str, Any]]
    time: Mapped[datetime] = mapped_column(default=now)
