"""Reasons for recommendations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chains.recommender.features import RetrievalModel
from chains.recommender.items import Item
from chains.recommender.users import UserProfile

TEXT_WEIGHT = 0.3  # Of the cosine of texts, relative to that of interactions.


def explain(
    retrieval: RetrievalModel,
    items: Sequence[Item],
    user: UserProfile,
    item: int,
    *,
    fits_taste: bool,
) -> str:
    """Return why an item is recommended: the taste, the nearest liked item, or its popularity."""
    if fits_taste:
        return f"fits “{user.taste}”"
    liked = np.unique(user.liked_items)
    if len(liked):
        neighbours = retrieval.collaborative.neighbours[liked][:, [item]]
        similarity = np.asarray(neighbours.todense()).ravel()
        similarity = similarity + TEXT_WEIGHT * (retrieval.texts[liked] @ retrieval.texts[item])
        return f"because you liked {items[int(liked[int(similarity.argmax())])].title}"
    if user.taste:
        return f"new, and nearest to “{user.taste}”"
    return "popular of late"
