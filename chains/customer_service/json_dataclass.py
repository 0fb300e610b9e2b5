"""Dataclasses of plain values that are stored as JSON files."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self


class JsonDataclass:
    """Adds ``save`` and ``load`` to a dataclass of plain values."""

    __slots__ = ()

    def save(self, path: Path) -> None:
        """Write the fields as JSON."""
        values: Any = self
        path.write_text(json.dumps(asdict(values)), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the fields from JSON."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))
