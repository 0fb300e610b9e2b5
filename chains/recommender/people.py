"""A person as the recommender sees one: what they touched before a moment, or a sentence of taste."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from chains.recommender.behaviour import Floats, Ints
from chains.recommender.tables import Events


@dataclass(frozen=True)
class Person:
    """Items touched, in the order of time, and the moment at which something is recommended."""

    items: Ints
    strength: Floats
    liked: NDArray[np.bool_]
    moment: int
    taste: str = ""
    seen: frozenset[int] = field(default_factory=frozenset)

    @property
    def likes(self) -> Ints:
        """What they liked, in the order of time; all they touched where they liked nothing."""
        return self.items[self.liked] if self.liked.any() else self.items


def person_of(events: Events, user: int, moment: int | None = None) -> Person:
    """A person from their events before ``moment``; without one, right after their last."""
    mine = events.where(events.user == user)
    if moment is None:
        moment = int(mine.time[-1]) + 1 if len(mine) else _end(events)
    return _person(mine.where(mine.time < moment), moment)


def newcomer(events: Events, taste: str = "", moment: int | None = None) -> Person:
    """Somebody of whom nothing is known but a sentence."""
    nobody = events.where(np.zeros(len(events), bool))
    person = _person(nobody, _end(events) if moment is None else moment)
    return Person(person.items, person.strength, person.liked, person.moment, taste)


def _end(events: Events) -> int:
    return int(events.time[-1]) + 1 if len(events) else 0


def _person(mine: Events, moment: int) -> Person:
    seen = frozenset(mine.item.tolist())
    return Person(mine.item, mine.strength, mine.liked, moment, seen=seen)


@dataclass(frozen=True)
class Case:
    """Somebody at a moment of the past, and what they liked after it."""

    user: int
    person: Person
    relevant: frozenset[int]


@dataclass(frozen=True)
class Slice:
    """Events cut by time: ``past`` to learn from, and cases of what came then."""

    past: Events
    cases: tuple[Case, ...]


def last_of_each(events: Events, holdout: int) -> Slice:
    """Cut off the last events of everybody who has at least twice as many before them."""
    place = _place_from_end(events)
    total = np.bincount(events.user, minlength=int(events.user.max()) + 1)[events.user]
    later = (place < holdout) & (total >= 3 * holdout)
    return Slice(events.where(~later), tuple(_cases(events, later)))


def after(events: Events, moment: int) -> Slice:
    """Cut at one moment for all; cases are those who have a past at it."""
    later = events.time >= moment
    return Slice(events.where(~later), tuple(_cases(events, later)))


def _cases(events: Events, later: NDArray[np.bool_]) -> Iterator[Case]:
    past, future = events.where(~later), events.where(later)
    known = set(past.user.tolist())
    for user in np.unique(future.user).tolist():
        if user not in known:
            continue
        own = future.where(future.user == user)
        mine = past.where(past.user == user)
        person = _person(mine, int(own.time[0]))
        relevant = frozenset(own.item[own.liked].tolist()) - person.seen
        if relevant:
            yield Case(user, person, relevant)


def _place_from_end(events: Events) -> Ints:
    """Of each event: how many events of the same user come after it."""
    order = np.lexsort((np.arange(len(events)), events.user))
    users = events.user[order]
    ends = np.searchsorted(users, users, side="right")
    place = np.empty(len(events), np.int64)
    place[order] = ends - 1 - np.arange(len(events))
    return place
