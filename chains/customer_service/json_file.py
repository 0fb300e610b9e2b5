"""A dataclass of plain values as a JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self


class JsonFile:
    """What a dataclass of plain values needs to be written and read back."""

    __slots__ = ()

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        values: Any = self
        path.write_text(json.dumps(asdict(values)), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read it back."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))
