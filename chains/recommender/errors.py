"""Errors of the recommender."""

from __future__ import annotations

from chainzoo import ChainZooError, MissingExtraError


class RecommenderError(ChainZooError, ValueError):
    """A table cannot be read as items or interactions, or a user, item or name is unknown."""


def missing_library(name: str) -> MissingExtraError:
    """Return the error for a library that is not installed."""
    return MissingExtraError(
        f"Recommenders need {name}, which is not installed.",
        remedy="Install it: pip install 'chainzoo[apps]'",
    )
