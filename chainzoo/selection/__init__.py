"""Selection: which model, which method, and whether tuning is worth it."""

from __future__ import annotations

from chainzoo.selection.advise import advise
from chainzoo.selection.compare import compare_models
from chainzoo.selection.result import Advice, Candidate, Comparison

__all__ = ["Advice", "Candidate", "Comparison", "advise", "compare_models"]
