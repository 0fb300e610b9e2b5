"""Comparison: which model, which method, and whether tuning is worth it."""

from __future__ import annotations

from chainzoo.comparison.compare import compare_models
from chainzoo.comparison.ladder import Ladder, climb
from chainzoo.comparison.outcome import Candidate, Comparison

__all__ = ["Candidate", "Comparison", "Ladder", "climb", "compare_models"]
