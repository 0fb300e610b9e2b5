"""Evaluation: how good a model is, beside simple baselines, and whether a difference is real."""

from __future__ import annotations

from chainzoo.evaluation.baselines import baselines
from chainzoo.evaluation.bootstrap import Difference, intervals, paired_difference
from chainzoo.evaluation.evaluate import compare, evaluate
from chainzoo.evaluation.report import Confusion, Report

__all__ = [
    "Confusion",
    "Difference",
    "Report",
    "baselines",
    "compare",
    "evaluate",
    "intervals",
    "paired_difference",
]
