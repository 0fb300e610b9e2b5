"""The last step: unlike items among the best, and a reason for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from chains.recommender.behaviour import Floats, Ints
from chains.recommender.people import Person

if TYPE_CHECKING:
    from chains.recommender.store import State


def steady(scores: Floats) -> Floats:
    """Scores at mean 0 and deviation 1, so that those of several sources can be added."""
    spread = float(scores.std()) if len(scores) else 0.0
    found: Floats = ((scores - scores.mean()) / spread if spread > 0 else 0 * scores).astype(
        np.float32
    )
    return found


def diverse(items: Ints, scores: Floats, texts: Floats, k: int, share: float) -> Ints:
    """Positions of ``k`` items, each good and unlike those before (Carbonell & Goldstein 1998)."""
    k = min(k, len(items))
    if share <= 0 or k < 2:
        return np.arange(k)
    low, high = float(scores.min()), float(scores.max())
    worth = (scores - low) / max(high - low, 1e-9)
    cosine = texts[items] @ texts[items].T
    chosen = [0]
    closest = cosine[0].copy()
    while len(chosen) < k:
        value = (1 - share) * worth - share * closest
        value[chosen] = -np.inf
        best = int(value.argmax())
        chosen.append(best)
        closest = np.maximum(closest, cosine[best])
    return np.array(chosen)


def reason(state: State, person: Person, item: int, *, fits: bool) -> str:
    """Why an item: the liked one that stands nearest to it, the sentence, or the crowd."""
    known, likes = state.skill.known, np.unique(person.likes)
    if fits:
        return f"fits “{person.taste}”"
    if not len(likes) and person.taste:
        return f"new, and nearest to “{person.taste}”"
    if not len(likes):
        return "popular of late"
    near = np.asarray(known.behaviour.near[likes][:, [item]].todense()).ravel()
    total = near + 0.3 * (known.texts[likes] @ known.texts[item])
    return f"because you liked {state.items[int(likes[int(total.argmax())])].title}"
