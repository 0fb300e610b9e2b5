"""Rank items for users who describe a taste, and for users of whom nothing is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from chains.recommender.item_vectors import Floats, Ints
from chains.recommender.reranker import reranker_scores
from chains.recommender.scores import descending, standardize
from chains.recommender.store import RecommenderState
from chains.recommender.users import UserProfile
from chainzoo import Zoo

TASTE_ITEMS = 10  # Items nearest to a taste that stand for the interactions of a new user.
SIDE_WEIGHT = 0.3  # Of factors, popularity and the reranker, relative to the text.


class TasteRanker:
    """Rank by a described taste, by interactions together with a taste, or by popularity."""

    def __init__(self, state: RecommenderState, zoo: Zoo) -> None:
        self.state, self.zoo = state, zoo
        self.model, self.retrieval = state.model, state.model.retrieval

    def rank(self, user: UserProfile) -> tuple[Ints, Floats]:
        """Return candidates, the best first, and their scores; never an item the user has seen."""
        if user.is_new and not user.taste:
            return self._by_popularity(user)
        if user.is_new:
            return self._by_taste(user)
        interactions_alone = replace(user, taste="")
        ranked = self.model.rank(self.zoo, self.state.items, interactions_alone)
        return _merge(ranked, self._by_taste(user)) if user.taste else ranked

    def nearest_to_taste(self, user: UserProfile) -> Ints:
        """Return unseen items whose texts are nearest to the taste, the nearest first."""
        depth = self.retrieval.config.candidates + len(user.seen)
        nearest = self.retrieval.text_index.search(self.taste_vector(user), depth)
        unseen: Ints = nearest[~np.isin(nearest, list(user.seen))]
        return unseen

    def taste_vector(self, user: UserProfile) -> Floats:
        """Return the vector of the described taste: (dimensions,)."""
        embeddings = self.zoo.embeddings(self.state.config.embedding)
        return np.asarray(embeddings.embed_query(user.taste), np.float32)

    def items_without_interactions(self, user: UserProfile, k: int, moment: int | None) -> Ints:
        """Return ``k`` items without interactions before ``moment`` (default: without any).

        Nearest in text to the taste, or to what the user liked, come first.
        """
        if moment is None:
            moment = int(self.retrieval.popularity.time.max()) + 1
        count = self.retrieval.popularity.before(moment).count
        new = np.flatnonzero(count == 0)
        target: Floats | None = None
        if user.taste:
            target = self.taste_vector(user)
        elif len(user.liked_items):
            target = self.retrieval.texts[user.liked_items].mean(axis=0)
        if target is None or not len(new):
            return new[:k]
        nearest: Ints = new[descending(self.retrieval.texts[new] @ target)[:k]]
        return nearest

    def _by_popularity(self, user: UserProfile) -> tuple[Ints, Floats]:
        recent = self.retrieval.popularity.before(user.moment).recent
        order = descending(recent)[: self.retrieval.config.candidates]
        return order, recent[order]

    def _by_taste(self, user: UserProfile) -> tuple[Ints, Floats]:
        """Rank by text, by who likes the nearest items, by popularity, and by the reranker."""
        collaborative = self.retrieval.collaborative
        items = self.nearest_to_taste(user)
        cosine = self.retrieval.texts[items] @ self.taste_vector(user)
        nearest = items[:TASTE_ITEMS]
        factors = collaborative.user_factors(nearest, np.ones(len(nearest), np.float32))
        affinity = collaborative.factors[items] @ factors
        popularity = np.log1p(self.retrieval.popularity.before(user.moment).count[items])
        scores = standardize(cosine) + SIDE_WEIGHT * standardize(affinity)
        scores = scores + SIDE_WEIGHT * standardize(popularity)
        order = descending(scores)
        items, scores = items[order], scores[order]
        if self.model.reranker_weight > 0:
            depth = self.retrieval.config.reranker_depth
            reranked = reranker_scores(
                self.zoo, self.model.reranker, user, self.state.items, items[:depth]
            )
            scores[:depth] += SIDE_WEIGHT * standardize(reranked)
            order = descending(scores)
            items, scores = items[order], scores[order]
        return items, scores


def _merge(first: tuple[Ints, Floats], second: tuple[Ints, Floats]) -> tuple[Ints, Floats]:
    """Return the items of both rankings by the sum of their standardized scores."""
    scores: dict[int, float] = {}
    for items, values in (first, second):
        for item, score in zip(items.tolist(), standardize(values).tolist(), strict=True):
            scores[item] = scores.get(item, 0.0) + score
    order = sorted(scores, key=lambda item: -scores[item])
    return np.array(order, np.int64), np.array([scores[item] for item in order], np.float32)
