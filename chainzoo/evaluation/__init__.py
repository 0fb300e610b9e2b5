"""Evaluation: how good a model is, and whether a difference is real."""

from __future__ import annotations

from chainzoo.evaluation.report import Report

__all__ = ["Report"]
