"""Evaluation: how good a model is, and whether a difference is real."""

from __future__ import annotations

from chainzoo.evaluation.paired import PairedComparison
from chainzoo.evaluation.report import Report
from chainzoo.evaluation.save import save_comparison, save_report

__all__ = ["PairedComparison", "Report", "save_comparison", "save_report"]
