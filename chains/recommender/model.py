"""A trained recommender model: retrieval, the blend's trees, and the reranker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.recommender.blend import predict_scores
from chains.recommender.features import RetrievalModel
from chains.recommender.item_vectors import Floats, Ints
from chains.recommender.items import Item
from chains.recommender.reranker import reranker_scores
from chains.recommender.scores import combine, descending
from chains.recommender.users import UserProfile
from chainzoo import Zoo


@dataclass(frozen=True)
class RecommenderModel:
    """What ranks items for known users.

    ``trees`` are ``None`` if there were too few cases. ``reranker`` is the name and version of a
    text-ranking model, or empty; ``reranker_weight`` is 0 if it does not take part.
    """

    retrieval: RetrievalModel
    trees: Any | None = None
    reranker: str = ""
    reranker_weight: float = 0.0

    def rank(self, zoo: Zoo, items: Sequence[Item], user: UserProfile) -> tuple[Ints, Floats]:
        """Return the candidates of a user with interactions, the best first, and their scores."""
        signals = self.retrieval.signals(user)
        candidates = signals.candidates()
        scores = predict_scores(self.trees, signals.features(candidates))
        order = descending(scores)
        candidates, scores = candidates[order], scores[order]
        if self.reranker_weight == 0:
            return candidates, scores
        depth = self.retrieval.config.reranker_depth
        reranked = reranker_scores(zoo, self.reranker, user, items, candidates[:depth])
        order = descending(combine(scores[:depth], reranked, self.reranker_weight))
        # The best candidates change places; their scores stay on the scale of the others.
        top_scores = np.sort(scores[:depth])[::-1]
        candidates[:depth] = candidates[:depth][order]
        return candidates, np.concatenate([top_scores, scores[depth:]])
