"""Training arithmetic tuned for CPUs."""

from __future__ import annotations
