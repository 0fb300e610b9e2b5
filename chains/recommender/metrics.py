"""Evaluate rankings: nDCG, recall and coverage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from chains.recommender.item_vectors import Ints
from chains.recommender.time_splits import EvaluationCase
from chains.recommender.users import UserProfile

NDCG_DEPTH = 10
RECALL_DEPTH = 50
BOOTSTRAP_DRAWS = 1000

RankItems = Callable[[UserProfile, int], Ints]  # The best k items for a user, the best first.


@dataclass(frozen=True, slots=True)
class RankingScores:
    """Means over users of one method.

    ``coverage`` is the share of all items in anybody's first ten; ``interval`` is the 95 %
    bootstrap interval of the nDCG.
    """

    method: str
    ndcg_at_10: float
    recall_at_50: float
    coverage: float
    interval: tuple[float, float]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def evaluate_ranking(
    method: str,
    rank_items: RankItems,
    cases: Sequence[EvaluationCase],
    num_items: int,
    seed: int = 13,
) -> RankingScores:
    """Evaluate a method on cases; ``num_items`` is the number of all items."""
    rankings = [rank_items(case.profile, RECALL_DEPTH) for case in cases]
    gains = np.array([ndcg(r, c.relevant) for r, c in zip(rankings, cases, strict=True)])
    recalls = [
        len(case.relevant & set(ranking.tolist())) / len(case.relevant)
        for ranking, case in zip(rankings, cases, strict=True)
    ]
    recommended = {item for ranking in rankings for item in ranking[:NDCG_DEPTH].tolist()}
    rng = np.random.default_rng(seed)
    samples = rng.integers(0, len(cases), (BOOTSTRAP_DRAWS, len(cases)))
    low, high = np.quantile(gains[samples].mean(axis=1), [0.025, 0.975])
    return RankingScores(
        method,
        float(gains.mean()),
        float(np.mean(recalls)),
        len(recommended) / num_items,
        (float(low), float(high)),
    )


def ndcg(ranking: Ints, relevant: frozenset[int]) -> float:
    """Return nDCG@10 with gain 1 for relevant items (Järvelin and Kekäläinen 2002)."""
    discount = 1 / np.log2(np.arange(2, NDCG_DEPTH + 2))
    hits = np.array([item in relevant for item in ranking[:NDCG_DEPTH].tolist()], float)
    ideal = discount[: min(len(relevant), NDCG_DEPTH)].sum()
    return float((hits * discount[: len(hits)]).sum() / ideal)
