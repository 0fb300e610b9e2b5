"""Tuning: a recipe and examples in, a tuned model out."""

from __future__ import annotations

from chainzoo.tuning.recipe import Method, Recipe

__all__ = ["Method", "Recipe"]
