"""One file a format: how it is written, and how its own runtime opens it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class ExportedFiles:
    """``logits`` runs what was written by its own runtime; ``told`` is what a caller must know."""

    logits: Callable[[dict[str, Any]], np.ndarray]
    opens_with: str
    told: dict[str, Any]
    notes: tuple[str, ...] = ()
