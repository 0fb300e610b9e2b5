"""What a format has written, and how its own runtime opens it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainzoo.tuning.model_folder import LoadedModel

RunModel = Callable[[dict[str, Any]], np.ndarray]
"""The logits of a batch: of shape (rows, labels), or (rows, tokens, labels)."""


@dataclass(frozen=True, slots=True)
class ExportedFiles:
    """``run`` calls the written model by its own runtime; ``metadata`` is what a caller must know.

    ``open_with`` is a line of Python that opens it; ``notes`` are sentences for the user.
    """

    run: RunModel
    open_with: str
    metadata: dict[str, Any]
    notes: tuple[str, ...] = ()


def model_metadata(loaded: LoadedModel) -> dict[str, Any]:
    """The facts that are needed to read a model's logits, in every format."""
    manifest = loaded.manifest
    return {
        "task": loaded.task.name,
        "labels": list(manifest.labels.names),
        "problem": manifest.labels.problem,
        "max_length": manifest.max_length,
        "base": manifest.base,
    }
