"""Generate candidates for a user, and compute the features that the blend ranks them by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chains.recommender.collaborative import CollaborativeModel
from chains.recommender.config import RecommenderConfig
from chains.recommender.item_vectors import Floats, Ints, VectorIndex, mean_direction
from chains.recommender.popularity import PopularityHistory
from chains.recommender.users import UserProfile

LAST_ITEMS = 5  # Interactions that count as recent.
RECENCY_DECAY = 0.7  # Weight of an interaction relative to the next one, for successors.
FEATURES = (
    "factors", "neighbours", "neighbours_recent", "successors", "text", "text_recent", "text_best",
    "popularity", "popularity_recent", "quality", "age", "idle", "history",
    "rank_factors", "rank_neighbours", "rank_neighbours_recent", "rank_successors", "rank_text",
    "rank_popularity_recent",
)  # fmt: skip


@dataclass(frozen=True)
class RetrievalModel:
    """The sources of candidates and features: item texts, collaborative filtering, popularity.

    ``texts`` are the vectors of the items' texts: (items, dimensions).
    """

    config: RecommenderConfig
    texts: Floats
    collaborative: CollaborativeModel
    popularity: PopularityHistory

    @cached_property
    def text_index(self) -> VectorIndex:
        """Search by text."""
        return VectorIndex(self.texts)

    @cached_property
    def factor_index(self) -> VectorIndex:
        """Search by collaborative factors."""
        return VectorIndex(self.collaborative.factors)

    def signals(self, user: UserProfile) -> UserSignals:
        """Return the scores of all items for a user."""
        return UserSignals(self, user)


class UserSignals:
    """Scores of every item for one user, by source."""

    def __init__(self, model: RetrievalModel, user: UserProfile) -> None:
        self.model, self.user = model, user
        neighbours, successors = model.collaborative.neighbours, model.collaborative.successors
        last_items, last_strength = user.items[-LAST_ITEMS:], user.strength[-LAST_ITEMS:]
        decay = (RECENCY_DECAY ** np.arange(len(last_items))[::-1]).astype(np.float32)
        self.popularity = model.popularity.before(user.moment)
        self.factors = model.collaborative.user_factors(user.items, user.strength)
        self.text_profile = mean_direction(model.texts[user.liked_items])
        self.neighbours = _weighted_rows(neighbours, user.items, user.strength)
        self.neighbours_recent = _weighted_rows(neighbours, last_items, last_strength)
        self.successors = _weighted_rows(successors, last_items, decay)

    def candidates(self) -> Ints:
        """Return the best items of each source that the user has not seen, in order of index."""
        limit, seen = self.model.config.candidates, self.user.seen
        depth = limit + len(seen)
        sources = [
            _top_positive(self.popularity.recent, depth),
            _top_positive(self.popularity.count, depth),
        ]
        if not self.user.is_new:
            scores = (self.neighbours, self.neighbours_recent, self.successors)
            sources += [_top_positive(s, depth) for s in scores]
            sources.append(self.model.factor_index.search(self.factors, depth))
            sources.append(self.model.text_index.search(self.text_profile, depth))
        seen_items = np.fromiter(seen, np.int64, len(seen))
        unseen = [source[~np.isin(source, seen_items)][:limit] for source in sources]
        return np.unique(np.concatenate(unseen))

    def features(self, items: Ints) -> Floats:
        """Return the values of ``FEATURES`` for items: (items, features)."""
        texts = self.model.texts[items]
        liked = self.model.texts[self.user.liked_items]
        cosine = texts @ liked.T if len(liked) else np.zeros((len(items), 1), np.float32)
        factors = self.model.collaborative.factors[items] @ self.factors
        text = texts @ self.text_profile
        neighbours, recent_neighbours = self.neighbours[items], self.neighbours_recent[items]
        successors, popularity = self.successors[items], self.popularity
        recent = popularity.recent[items]
        ranked = (factors, neighbours, recent_neighbours, successors, text, recent)
        columns = [
            factors, neighbours, recent_neighbours, successors, text,
            cosine[:, -LAST_ITEMS:].mean(1), cosine.max(1),
            np.log1p(popularity.count[items]), np.log1p(recent), popularity.quality[items],
            popularity.age[items], popularity.idle[items],
            np.full(len(items), np.log1p(len(self.user.items))),
            *(_log_ranks(scores) for scores in ranked),
        ]  # fmt: skip
        return np.column_stack(columns).astype(np.float32)


def _weighted_rows(table: Any, items: Ints, weight: Floats) -> Floats:
    """Return the weighted sum of the rows of some items."""
    if not len(items):
        return np.zeros(table.shape[1], np.float32)
    return np.asarray(table[items].T @ weight, np.float32).ravel()


def _top_positive(scores: Floats, k: int) -> Ints:
    """Return the indexes of up to ``k`` highest positive scores, the best first."""
    k = min(k, len(scores))
    top = np.argpartition(-scores, k - 1)[:k]
    top = top[scores[top] > 0]
    best: Ints = top[np.argsort(-scores[top], kind="stable")]
    return best


def _log_ranks(scores: Floats) -> Floats:
    """Return the natural logarithm of the rank of each score, 1 the best."""
    rank = np.empty(len(scores), np.float32)
    rank[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    log_rank: Floats = np.log(rank).astype(np.float32)
    return log_rank
