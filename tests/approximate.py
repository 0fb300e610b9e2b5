"""Expected values whose numbers may differ a little: batches of other sizes round otherwise."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from typing import Any

import pytest


def approximate(value: Any, tolerance: float = 1e-2) -> Any:
    """A value (dataclasses as dicts, tuples as lists) whose floats match within ``tolerance``."""
    if is_dataclass(value) and not isinstance(value, type):
        return approximate(asdict(value), tolerance)
    if isinstance(value, dict):
        return {key: approximate(item, tolerance) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [approximate(item, tolerance) for item in value]
    return pytest.approx(value, abs=tolerance) if isinstance(value, float) else value
