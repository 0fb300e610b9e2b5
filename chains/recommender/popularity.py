"""Popularity of items at a moment, from the interactions before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chains.recommender.config import RecommenderConfig
from chains.recommender.interactions import Interactions
from chains.recommender.item_vectors import Floats, Ints

DAY = 86_400.0  # Seconds.
DAYS_PER_YEAR = 365
QUALITY_PRIOR = 5  # Interactions of mean strength that each item's quality is shrunk with.


@dataclass(frozen=True, slots=True)
class PopularitySnapshot:
    """Values of each item at a moment; ``age`` and ``idle`` are NaN without interactions.

    ``count`` and ``recent`` are all and exponentially decayed interactions, ``quality`` the mean
    strength, ``age`` the years since the first interaction, ``idle`` the days since the last.
    """

    count: Floats
    recent: Floats
    quality: Floats
    age: Floats
    idle: Floats


@dataclass(frozen=True)
class PopularityHistory:
    """Interactions in the order of time. ``half_life`` is in seconds."""

    time: Ints
    item: Ints
    strength: Floats
    num_items: int
    half_life: float

    @classmethod
    def of(
        cls, interactions: Interactions, num_items: int, config: RecommenderConfig
    ) -> PopularityHistory:
        """Return the history of interactions that are in the order of time."""
        half_life = config.half_life_days * DAY
        return cls(
            interactions.time, interactions.item, interactions.strength, num_items, half_life
        )

    def before(self, moment: int) -> PopularitySnapshot:
        """Return the popularity at a moment; what happened from it on is not used."""
        end = int(np.searchsorted(self.time, moment, side="left"))
        item, time = self.item[:end], self.time[:end]
        count = np.bincount(item, minlength=self.num_items).astype(np.float32)
        decay = np.exp2(-(moment - time) / self.half_life)
        recent = np.bincount(item, decay, minlength=self.num_items).astype(np.float32)
        total = np.bincount(item, self.strength[:end], minlength=self.num_items)
        mean = float(total.sum() / max(end, 1))
        quality = ((total + QUALITY_PRIOR * mean) / (count + QUALITY_PRIOR)).astype(np.float32)
        first, last = np.full(self.num_items, np.nan), np.full(self.num_items, np.nan)
        last[item] = time  # Of several assignments, that of the latest time is kept.
        first[item[::-1]] = time[::-1]
        age, idle = (moment - first) / DAY / DAYS_PER_YEAR, (moment - last) / DAY
        return PopularitySnapshot(
            count, recent, quality, age.astype(np.float32), idle.astype(np.float32)
        )
