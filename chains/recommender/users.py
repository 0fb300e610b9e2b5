"""Users as the recommender sees them: interactions before a moment, or a described taste."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from chains.recommender.interactions import Interactions
from chains.recommender.item_vectors import Floats, Ints


@dataclass(frozen=True)
class UserProfile:
    """The items of a user in the order of time, and the moment of the recommendation."""

    items: Ints
    strength: Floats
    liked: NDArray[np.bool_]
    moment: int
    taste: str = ""
    seen: frozenset[int] = field(default_factory=frozenset)

    @classmethod
    def of(cls, interactions: Interactions, moment: int, taste: str = "") -> UserProfile:
        """Return the profile of a user with exactly these interactions."""
        seen = frozenset(interactions.item.tolist())
        items, strength = interactions.item, interactions.strength
        return cls(items, strength, interactions.liked, moment, taste, seen)

    @property
    def is_new(self) -> bool:
        """Whether the user has no interactions."""
        return not len(self.items)

    @property
    def liked_items(self) -> Ints:
        """The liked items in the order of time; all items if none was liked."""
        return self.items[self.liked] if self.liked.any() else self.items


def known_user(interactions: Interactions, user: int, moment: int | None = None) -> UserProfile:
    """Return a user by the interactions before ``moment``; default right after the last one."""
    own = interactions.where(interactions.user == user)
    if moment is None:
        moment = int(own.time[-1]) + 1 if len(own) else end_of(interactions)
    return UserProfile.of(own.where(own.time < moment), moment)


def new_user(interactions: Interactions, taste: str = "", moment: int | None = None) -> UserProfile:
    """Return a user without interactions, by default at the end of all interactions."""
    none = interactions.where(np.zeros(len(interactions), bool))
    return UserProfile.of(none, end_of(interactions) if moment is None else moment, taste)


def end_of(interactions: Interactions) -> int:
    """Return the first second after all interactions."""
    return int(interactions.time[-1]) + 1 if len(interactions) else 0
