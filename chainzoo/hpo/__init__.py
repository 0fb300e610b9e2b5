"""Hyperparameter optimization: sweep the ranges of a recipe with Optuna."""

from __future__ import annotations

from chainzoo.hpo.result import SweepResult, TrialRecord
from chainzoo.hpo.space import Space
from chainzoo.hpo.sweep import SweepPlan, sweep

__all__ = ["Space", "SweepPlan", "SweepResult", "TrialRecord", "sweep"]
