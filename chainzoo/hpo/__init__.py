"""Hyperparameter optimization: sweep the ranges of a recipe with Optuna."""

from __future__ import annotations

from chainzoo.hpo.context import SweepPlan
from chainzoo.hpo.result import SweepResult, TrialRecord
from chainzoo.hpo.space import SearchSpace
from chainzoo.hpo.sweep import sweep

__all__ = ["SearchSpace", "SweepPlan", "SweepResult", "TrialRecord", "sweep"]
