"""How good recommendations are, beside popularity, item-kNN and plain factorisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from chains.recommender.behaviour import Floats, Ints
from chains.recommender.features import Known
from chains.recommender.people import Case, Person

DEPTH = 50
TOP = 10
Lister = Callable[[Person, int], Ints]


@dataclass(frozen=True, slots=True)
class Row:
    """One way to recommend: means over people, and the share of all items that anyone is shown."""

    way: str
    ndcg_at_10: float
    recall_at_50: float
    coverage: float
    interval: tuple[float, float]

    def as_dict(self) -> dict[str, Any]:
        """The row as plain values."""
        return asdict(self)


def judge(way: str, lister: Lister, cases: Sequence[Case], items: int, seed: int = 13) -> Row:
    """nDCG of the first ten, recall in the first fifty, coverage of the first ten."""
    lists = [lister(case.person, DEPTH) for case in cases]
    gains = np.array([ndcg(n, c.relevant) for n, c in zip(lists, cases, strict=True)])
    recalls = [
        len(c.relevant & set(n.tolist())) / len(c.relevant)
        for n, c in zip(lists, cases, strict=True)
    ]
    shown = {at for some in lists for at in some[:TOP].tolist()}
    draws = np.random.default_rng(seed).integers(0, len(cases), (1000, len(cases)))
    low, high = np.quantile(gains[draws].mean(axis=1), [0.025, 0.975])
    mean, recall = float(gains.mean()), float(np.mean(recalls))
    return Row(way, mean, recall, len(shown) / items, (float(low), float(high)))


def ndcg(shown: Ints, relevant: frozenset[int]) -> float:
    """nDCG@10 with gain 1 for what was liked (Järvelin & Kekäläinen 2002)."""
    discount = 1 / np.log2(np.arange(2, TOP + 2))
    hits = np.array([at in relevant for at in shown[:TOP].tolist()], float)
    best = discount[: min(len(relevant), TOP)].sum()
    return float((hits * discount[: len(hits)]).sum() / best)


def baselines(known: Known) -> dict[str, Lister]:
    """The three that everybody has, each with what a person has seen left out."""

    def popularity(person: Person, k: int) -> Ints:
        count = np.bincount(known.past.item, minlength=known.past.items)
        return unseen(count.astype(np.float32), person, k)

    def neighbours(person: Person, k: int) -> Ints:
        return unseen(known.signals(person).near, person, k)

    def factorisation(person: Person, k: int) -> Ints:
        factors = known.behaviour.person(person.items, person.strength)
        return unseen(known.behaviour.factors @ factors, person, k)

    return {"popularity": popularity, "item-kNN": neighbours, "factorisation": factorisation}


def unseen(scores: Floats, person: Person, k: int) -> Ints:
    """The best items that the person has not touched."""
    free = scores.astype(np.float64)
    free[list(person.seen)] = -np.inf
    best: Ints = np.argsort(-free, kind="stable")[:k]
    return best
