"""What people's behaviour says of items: factors, neighbours, what follows what, what is popular."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chains.recommender.config import RecommenderConfig
from chains.recommender.problems import missing
from chains.recommender.tables import Events

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
WINDOW = 5  # So many later events of a person count as following one.
DAY = 86_400.0


@dataclass(frozen=True)
class Behaviour:
    """Learnt from events: one row an item in ``factors``, ``near`` and ``after``.

    ``near`` (sparse) holds an item's neighbours by cosine of who touched them; ``after`` what the
    same people turned to within the next few events.
    """

    config: RecommenderConfig
    factors: Floats
    near: Any
    after: Any

    @classmethod
    def learn(cls, events: Events, items: int, config: RecommenderConfig) -> Behaviour:
        """Factors and neighbours by ``implicit``."""
        table = interactions(events, items)
        als = _als(config)
        als.fit(table, show_progress=False)
        near = neighbours(table, config)
        return cls(config, np.asarray(als.item_factors, np.float32), near, _after(events, items))

    @cached_property
    def _solver(self) -> Any:
        solver = _als(self.config)
        solver.item_factors = self.factors
        return solver

    def person(self, items: Ints, strength: Floats) -> Floats:
        """The factors of somebody who touched these items, known or new."""
        from scipy.sparse import csr_matrix

        if not len(items):
            return np.zeros(self.factors.shape[1], np.float32)
        shape = (1, len(self.factors))
        row = csr_matrix((strength, (np.zeros_like(items), items)), shape=shape)
        found: Floats = self._solver.recalculate_user(0, row)
        return found


def interactions(events: Events, items: int) -> Any:
    """Users by items, sparse; several events on one item count as the strongest and a little."""
    from scipy.sparse import csr_matrix

    users = int(events.user.max()) + 1 if len(events) else 1
    keys = events.user * items + events.item
    unique, inverse = np.unique(keys, return_inverse=True)
    best = np.zeros(len(unique), np.float32)
    np.maximum.at(best, inverse, events.strength)
    best += 0.1 * np.log(np.bincount(inverse, minlength=len(unique))).astype(np.float32)
    return csr_matrix((best, (unique // items, unique % items)), shape=(users, items))


def neighbours(table: Any, config: RecommenderConfig) -> Any:
    """Item to item, the nearest alone, an item itself left out."""
    from scipy.sparse import csr_matrix

    try:
        from implicit.nearest_neighbours import CosineRecommender  # type: ignore[import-untyped]
    except ImportError:
        raise missing("implicit") from None
    model = CosineRecommender(K=config.neighbours + 1, num_threads=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # On a conversion within the library.
        model.fit(table, show_progress=False)
    found = csr_matrix(model.similarity, dtype=np.float32)
    found.setdiag(0)
    found.eliminate_zeros()
    return found


def _als(config: RecommenderConfig) -> Any:
    try:
        from implicit.als import AlternatingLeastSquares  # type: ignore[import-untyped]
    except ImportError:
        raise missing("implicit") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # On the threads of BLAS, which are the user's own matter.
        return AlternatingLeastSquares(
            factors=config.factors,
            regularization=config.regularization,
            alpha=config.alpha,
            iterations=config.iterations,
            random_state=config.seed,
            use_gpu=False,
        )


def _after(events: Events, items: int) -> Any:
    """How often an item was followed by another, by the distance, against how common both are."""
    from scipy.sparse import csr_matrix, diags

    order = np.lexsort((events.time, events.user))
    user, item = events.user[order], events.item[order]
    whole = csr_matrix((items, items), dtype=np.float32)
    for gap in range(1, WINDOW + 1):
        same = user[gap:] == user[:-gap]
        first, second = item[:-gap][same], item[gap:][same]
        weight = np.full(len(first), 1 / gap, np.float32)
        whole = whole + csr_matrix((weight, (first, second)), shape=(items, items))
    count = np.bincount(item, minlength=items).astype(np.float32)
    scale = diags(1 / np.sqrt(count + 5))
    return (scale @ whole @ scale).tocsr().astype(np.float32)


@dataclass(frozen=True)
class Past:
    """Events by time: what was popular at a moment, from what had happened before it alone."""

    time: Ints
    item: Ints
    strength: Floats
    items: int
    half_life: float

    @classmethod
    def of(cls, events: Events, items: int, config: RecommenderConfig) -> Past:
        """The past in these events, which are in the order of time."""
        return cls(events.time, events.item, events.strength, items, config.half_life_days * DAY)

    def before(self, moment: int) -> Moment:
        """What is known at a moment."""
        end = int(np.searchsorted(self.time, moment, side="left"))
        item, time = self.item[:end], self.time[:end]
        count = np.bincount(item, minlength=self.items).astype(np.float32)
        fade = np.exp2(-(moment - time) / self.half_life)
        recent = np.bincount(item, fade, minlength=self.items).astype(np.float32)
        total = np.bincount(item, self.strength[:end], minlength=self.items)
        mean = float(total.sum() / max(end, 1))
        quality = ((total + 5 * mean) / (count + 5)).astype(np.float32)
        first, last = np.full(self.items, np.nan), np.full(self.items, np.nan)
        last[item] = time  # Of several, the latest is written last.
        first[item[::-1]] = time[::-1]
        age, idle = ((moment - first) / DAY / 365), ((moment - last) / DAY)
        return Moment(count, recent, quality, age.astype(np.float32), idle.astype(np.float32))


@dataclass(frozen=True, slots=True)
class Moment:
    """Of each item: events so far, faded ones, mean strength, years known, days untouched."""

    count: Floats
    recent: Floats
    quality: Floats
    age: Floats
    idle: Floats
