"""What the registry returns: published models, runs and their events, as frozen values."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, ClassVar

LINEAGE_PACKAGES = ("chainzoo", "torch", "transformers", "peft", "accelerate", "tokenizers")


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a model was made from. ``held_out_rows`` is how many rows of the data it never saw."""

    data_name: str
    data_sha256: str
    recipe: dict[str, Any]
    base: str
    base_sha256: str
    packages: dict[str, str] = field(default_factory=dict)
    parent: str | None = None
    run: str | None = None
    held_out_rows: int = 0


def installed_packages() -> dict[str, str]:
    """Return the versions of Python and of the packages that decide the result of a run."""
    versions = {"python": platform.python_version()}
    for name in LINEAGE_PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """One version of a published model.

    ``score`` is the value of ``metric`` on ``rows`` evaluated rows. ``created_at`` is in UTC.
    """

    name: str
    version: int
    task: str
    method: str
    base: str
    created_at: datetime
    metric: str
    score: float
    rows: int
    size_mb: float
    folder: Path
    aliases: tuple[str, ...]
    lineage: Lineage
    report: dict[str, Any]

    @property
    def ref(self) -> str:
        """The reference of this version: ``name@version``."""
        return f"{self.name}@{self.version}"

    def as_dict(self) -> dict[str, Any]:
        """Return the record as plain values, for JSON."""
        values = asdict(self)
        values.update(ref=self.ref, created_at=self.created_at.isoformat(), folder=str(self.folder))
        return values


@dataclass(frozen=True, slots=True)
class TestSetUse:
    """One evaluation of a model on held-out rows; each one makes the next less independent."""

    __test__: ClassVar[bool] = False  # No test, whatever its name says to pytest.

    data: str
    model: str
    metric: str
    score: float
    rows: int
    time: datetime

    def as_dict(self) -> dict[str, Any]:
        """Return the use as plain values, for JSON."""
        return {**asdict(self), "time": self.time.isoformat()}


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One fine-tuning run. Times are in UTC.

    ``state`` is queued, running, finished, failed, stopped, or interrupted: its process died.
    """

    id: str
    name: str
    state: str
    data: str
    recipe: dict[str, Any]
    folder: Path
    created_at: datetime
    updated_at: datetime
    model: str | None = None
    error: str | None = None
    pid: int | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the record as plain values, for JSON."""
        values = asdict(self)
        values["folder"] = str(self.folder)
        values["created_at"] = self.created_at.isoformat()
        values["updated_at"] = self.updated_at.isoformat()
        return values


@dataclass(frozen=True, slots=True)
class RunEvent:
    """One event of a run. Numbers increase within a run."""

    number: int
    time: datetime
    kind: str
    values: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the event as plain values, for JSON."""
        return {
            "number": self.number,
            "time": self.time.isoformat(),
            "kind": self.kind,
            **self.values,
        }
