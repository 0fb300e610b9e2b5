"""Choose the weight of the reranker by cross-validation over users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from chains.recommender.blend import CandidateGroup, predict_scores, train_trees
from chains.recommender.config import RecommenderConfig
from chains.recommender.item_vectors import Floats, Ints
from chains.recommender.items import Item
from chains.recommender.metrics import ndcg
from chains.recommender.reranker import reranker_scores
from chains.recommender.scores import combine, descending
from chainzoo import Zoo

WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2)


@dataclass(frozen=True)
class Shortlist:
    """The best candidates of a case with the scores of the blend and of the reranker."""

    items: Ints
    blend_scores: Floats
    reranker_scores: Floats
    relevant: frozenset[int]

    def ndcg(self, weight: float) -> float:
        """Return nDCG@10 of the order with a weight of the reranker."""
        scores = combine(self.blend_scores, self.reranker_scores, weight)
        return ndcg(self.items[descending(scores)], self.relevant)


class RerankerWeight(NamedTuple):
    """The chosen weight, and cross-validated nDCG@10 without and with the reranker."""

    weight: float
    ndcg_without: float
    ndcg_with: float


def build_shortlists(
    zoo: Zoo,
    ref: str,
    items: Sequence[Item],
    groups: Sequence[CandidateGroup],
    config: RecommenderConfig,
) -> list[Shortlist]:
    """Return the shortlists of the first groups, ranked by trees not trained on their case."""
    trees_of_half = [train_trees(groups[half::2], config) for half in (0, 1)]
    shortlists = []
    for position, group in enumerate(groups[: config.reranker_users]):
        scores = predict_scores(trees_of_half[1 - position % 2], group.features)
        best = descending(scores)[: config.reranker_depth]
        candidates = group.items[best]
        reranked = reranker_scores(zoo, ref, group.case.profile, items, candidates)
        shortlists.append(Shortlist(candidates, scores[best], reranked, group.case.relevant))
    return shortlists


def choose_weight(shortlists: Sequence[Shortlist]) -> RerankerWeight:
    """Choose the weight with the best nDCG@10.

    The weight is 0 unless weights chosen on one half of the users improve the other half by more
    than one standard error.
    """
    table = np.array([[s.ndcg(weight) for weight in WEIGHTS] for s in shortlists])
    halves = [table[half::2] for half in (0, 1)]
    without = np.concatenate([half[:, 0] for half in halves])
    cross_validated = [halves[1 - half][:, halves[half].mean(axis=0).argmax()] for half in (0, 1)]
    gained = np.concatenate(cross_validated) - without
    is_better = gained.mean() > gained.std() / np.sqrt(len(gained))
    weight = WEIGHTS[int(table.mean(axis=0).argmax())] if is_better else 0.0
    return RerankerWeight(weight, float(without.mean()), float(without.mean() + gained.mean()))
