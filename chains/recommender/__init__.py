"""Recommend items from their texts and from user interactions."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chains.recommender.build import build_recommender, open_recommender
    from chains.recommender.config import RecommenderConfig
    from chains.recommender.errors import RecommenderError
    from chains.recommender.recommender import Recommender
    from chains.recommender.schemas import Recommendation, RecommendationRequest

# Imported on first use: the help text of the command needs none of them.
_MODULES = {
    "Recommendation": "schemas",
    "RecommendationRequest": "schemas",
    "Recommender": "recommender",
    "RecommenderConfig": "config",
    "RecommenderError": "errors",
    "build_recommender": "build",
    "open_recommender": "build",
}

__all__ = [
    "Recommendation",
    "RecommendationRequest",
    "Recommender",
    "RecommenderConfig",
    "RecommenderError",
    "build_recommender",
    "open_recommender",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
