"""Split interactions by time into a past to train on and cases to evaluate on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chains.recommender.interactions import Interactions
from chains.recommender.item_vectors import Ints
from chains.recommender.users import UserProfile


@dataclass(frozen=True)
class EvaluationCase:
    """A user at a moment, and the items that the user liked afterwards."""

    user: int
    profile: UserProfile
    relevant: frozenset[int]


@dataclass(frozen=True)
class TimeSplit:
    """Interactions before the split, and the cases of what followed."""

    past: Interactions
    cases: tuple[EvaluationCase, ...]


def leave_last_out(interactions: Interactions, holdout: int) -> TimeSplit:
    """Hold out the last events of each user who has at least twice as many before them."""
    position = _position_from_end(interactions)
    num_users = int(interactions.user.max()) + 1
    total = np.bincount(interactions.user, minlength=num_users)[interactions.user]
    is_later = (position < holdout) & (total >= 3 * holdout)
    return TimeSplit(interactions.where(~is_later), tuple(_cases(interactions, is_later)))


def split_at(interactions: Interactions, moment: int) -> TimeSplit:
    """Split at one moment for all users; cases are users with interactions on both sides."""
    is_later = interactions.time >= moment
    return TimeSplit(interactions.where(~is_later), tuple(_cases(interactions, is_later)))


def _cases(interactions: Interactions, is_later: NDArray[np.bool_]) -> Iterator[EvaluationCase]:
    past, future = interactions.where(~is_later), interactions.where(is_later)
    past_users = set(past.user.tolist())
    for user in np.unique(future.user).tolist():
        if user not in past_users:
            continue
        later = future.where(future.user == user)
        profile = UserProfile.of(past.where(past.user == user), int(later.time[0]))
        relevant = frozenset(later.item[later.liked].tolist()) - profile.seen
        if relevant:
            yield EvaluationCase(user, profile, relevant)


def _position_from_end(interactions: Interactions) -> Ints:
    """Return for each interaction how many of the same user come after it."""
    order = np.lexsort((np.arange(len(interactions)), interactions.user))
    users = interactions.user[order]
    ends = np.searchsorted(users, users, side="right")
    position = np.empty(len(interactions), np.int64)
    position[order] = ends - 1 - np.arange(len(interactions))
    return position
