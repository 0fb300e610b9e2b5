"""What the registry gives: tuned models, runs and their events, as plain frozen values."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LINEAGE_PACKAGES = ("chainzoo", "torch", "transformers", "peft", "accelerate", "tokenizers")


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a tuned model was made from. ``held_out_rows`` of the data were kept from it."""

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
    """Versions of Python and of the packages that decide what a run gives."""
    found = {"python": platform.python_version()}
    for name in LINEAGE_PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """One version of a tuned model."""

    name: str
    version: int
    task: str
    method: str
    base: str
    created: datetime
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
        """``name@version``."""
        return f"{self.name}@{self.version}"

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        values = asdict(self)
        values.update(ref=self.ref, created=self.created.isoformat(), folder=str(self.folder))
        return values


@dataclass(frozen=True, slots=True)
class TestSetUse:
    """One judgement of a model on sealed rows: each makes the next a little less independent."""

    data: str
    model: str
    metric: str
    score: float
    rows: int
    time: datetime

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {**asdict(self), "time": self.time.isoformat()}


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One fine-tuning. ``state`` is queued, running, finished, failed, stopped or interrupted."""

    id: str
    name: str
    state: str
    data: str
    recipe: dict[str, Any]
    folder: Path
    created: datetime
    updated: datetime
    model: str | None = None
    error: str | None = None
    pid: int | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        values = asdict(self)
        values["folder"] = str(self.folder)
        values["created"], values["updated"] = self.created.isoformat(), self.updated.isoformat()
        return values


@dataclass(frozen=True, slots=True)
class RunEvent:
    """One event of a run, numbered from 1."""

    number: int
    time: datetime
    kind: str
    values: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The event as plain values."""
        return {
            "number": self.number,
            "time": self.time.isoformat(),
            "kind": self.kind,
            **self.values,
        }
