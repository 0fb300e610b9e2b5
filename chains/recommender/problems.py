"""What a recommender refuses, in a sentence."""

from __future__ import annotations

from chainzoo import ChainZooError, MissingExtraError


class RecommenderError(ChainZooError, ValueError):
    """Items or events cannot be read as meant, or a person or an item is not known."""


def missing(library: str) -> MissingExtraError:
    """The error for a library that is not installed."""
    return MissingExtraError(
        f"Recommenders need {library}, which is not installed.",
        remedy="Install it: pip install 'chainzoo[apps]'",
    )
