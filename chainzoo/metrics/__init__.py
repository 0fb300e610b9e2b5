"""Metrics on text, labels and rankings, and bootstrap confidence intervals."""

from __future__ import annotations
