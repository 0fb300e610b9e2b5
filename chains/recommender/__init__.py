"""Recommendations from item texts and people's behaviour: build, ask, judge."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chains.recommender.asking import Recommendation, Request
    from chains.recommender.config import RecommenderConfig
    from chains.recommender.problems import RecommenderError
    from chains.recommender.recommender import Recommender, build_recommender, open_recommender

_PLACES = {
    "Recommendation": "asking",
    "Recommender": "recommender",
    "RecommenderConfig": "config",
    "RecommenderError": "problems",
    "Request": "asking",
    "build_recommender": "recommender",
    "open_recommender": "recommender",
}

__all__ = [
    "Recommendation",
    "Recommender",
    "RecommenderConfig",
    "RecommenderError",
    "Request",
    "build_recommender",
    "open_recommender",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'chains.recommender' has no attribute {name!r}")
    return getattr(importlib.import_module(f"chains.recommender.{_PLACES[name]}"), name)
