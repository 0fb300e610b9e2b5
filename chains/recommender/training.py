"""Train a recommender: retrieval model, blend and reranker, each on its own slice of time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chains.recommender.blend import CandidateGroup, candidate_groups, train_trees
from chains.recommender.cold_start import smooth_factors
from chains.recommender.collaborative import CollaborativeModel
from chains.recommender.config import RecommenderConfig
from chains.recommender.errors import RecommenderError
from chains.recommender.features import RetrievalModel
from chains.recommender.interactions import Interactions
from chains.recommender.item_vectors import Floats
from chains.recommender.items import Item
from chains.recommender.model import RecommenderModel
from chains.recommender.popularity import PopularityHistory
from chains.recommender.reranker import training_pairs, tune_reranker
from chains.recommender.reranker_weight import build_shortlists, choose_weight
from chains.recommender.time_splits import leave_last_out
from chains.terminal import ignore_progress
from chainzoo import Zoo

MIN_INTERACTIONS = 2
MIN_PAIRS = 40

Progress = Callable[[str], None]


def fit_retrieval(
    interactions: Interactions,
    texts: Floats,
    config: RecommenderConfig,
    *,
    smooth_with_texts: bool = True,
) -> RetrievalModel:
    """Fit collaborative filtering and popularity on interactions.

    ``smooth_with_texts`` pulls the factors of items with few interactions to what their text
    predicts.
    """
    num_items = len(texts)
    collaborative = CollaborativeModel.fit(interactions, num_items, config)
    popularity = PopularityHistory.of(interactions, num_items, config)
    if smooth_with_texts:
        count = np.bincount(interactions.item, minlength=num_items).astype(np.float32)
        factors = smooth_factors(texts, collaborative.factors, count)
        collaborative = CollaborativeModel(
            config, factors, collaborative.neighbours, collaborative.successors
        )
    return RetrievalModel(config, texts, collaborative, popularity)


@dataclass
class Trainer:
    """Train on the items and the vectors of their texts.

    ``facts`` collects figures of the training, such as the nDCG with and without the reranker.
    """

    zoo: Zoo
    name: str
    items: Sequence[Item]
    texts: Floats
    config: RecommenderConfig
    progress: Progress = ignore_progress
    facts: dict[str, Any] = field(default_factory=dict)

    def train(self, interactions: Interactions) -> RecommenderModel:
        """Train on all interactions.

        The blend is trained on the last events of each user, the reranker on those before. No part
        has features from the events that it is trained to predict, or from later ones.

        Raises:
            RecommenderError: there are too few interactions.
        """
        if len(interactions) < MIN_INTERACTIONS:
            raise RecommenderError(
                f"{len(interactions)} events are too few to train on.",
                remedy="Give at least some dozens, of several users.",
            )
        split = leave_last_out(interactions, self.config.holdout)
        rng = np.random.default_rng(self.config.seed)
        sample = rng.permutation(len(split.cases))[: self.config.max_users]
        cases = [split.cases[at] for at in sorted(sample.tolist())]
        self.facts.update(items=len(self.items), events=len(interactions), cases=len(cases))
        trees, groups = None, []
        if len(split.past):
            self.progress(f"Training the blend on the last events of {len(cases):,} users.")
            groups = candidate_groups(fit_retrieval(split.past, self.texts, self.config), cases)
            trees = train_trees(groups, self.config)
        reranker, weight = "", 0.0
        if self.config.reranker and trees is not None:
            reranker, weight = self._train_reranker(split.past, groups)
        self.facts["blend"] = trees is not None
        retrieval = fit_retrieval(interactions, self.texts, self.config)
        return RecommenderModel(retrieval, trees, reranker, weight)

    def _train_reranker(
        self, past: Interactions, groups: Sequence[CandidateGroup]
    ) -> tuple[str, float]:
        """Tune the reranker and choose its weight; return its reference and the weight."""
        earlier = leave_last_out(past, self.config.holdout)
        rows = training_pairs(earlier.cases, earlier.past, self.items, self.config)
        if len(rows) < MIN_PAIRS:
            self.facts["reranker"] = f"none: {len(rows)} pairs are too few"
            return "", 0.0
        self.progress(f"Tuning a text-ranking model on {len(rows):,} pairs.")
        ref = tune_reranker(self.zoo, self.name, rows, self.config)
        users = min(len(groups), self.config.reranker_users)
        self.progress(f"Re-ranking {self.config.reranker_depth} candidates of {users} users.")
        shortlists = build_shortlists(self.zoo, ref, self.items, groups, self.config)
        chosen = choose_weight(shortlists)
        self.facts.update(
            reranker=ref,
            reranker_weight=chosen.weight,
            ndcg_without_reranker=chosen.ndcg_without,
            ndcg_with_reranker=chosen.ndcg_with,
        )
        return ref, chosen.weight
