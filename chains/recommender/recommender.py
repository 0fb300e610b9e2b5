"""The recommender: a Runnable from a request to recommendations with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from langchain_core.runnables import Runnable, RunnableConfig

from chains.recommender.cold_start import with_new_items
from chains.recommender.diversity import select_diverse
from chains.recommender.errors import RecommenderError
from chains.recommender.explanations import explain
from chains.recommender.item_vectors import Floats, Ints, embed_items
from chains.recommender.items import load_items
from chains.recommender.schemas import Recommendation, RecommendationRequest, parse_request
from chains.recommender.store import RecommenderState, recommenders_folder, save_state
from chains.recommender.taste import TasteRanker
from chains.recommender.users import UserProfile, known_user, new_user
from chains.tracing import run_step
from chainzoo import Zoo

MIN_POOL = 50  # Best candidates that diverse ones are selected from, at least.
CONFIDENCE_PRIOR = 5  # Interactions at which the factors of an item count half.

Ranking = tuple[Ints, Floats]  # Items, the best first, and their scores.


class Recommender(Runnable[str | dict[str, Any] | RecommendationRequest, list[Recommendation]]):
    """``invoke({"user": "42", "k": 5})``, or ``{"taste": "slow films about trains"}``."""

    def __init__(self, state: RecommenderState, zoo: Zoo) -> None:
        self.state, self.zoo, self.name = state, zoo, state.name

    @cached_property
    def _user_index(self) -> dict[str, int]:
        return {user: index for index, user in enumerate(self.state.users)}

    @cached_property
    def _item_index(self) -> dict[str, int]:
        return {item.id: index for index, item in enumerate(self.state.items)}

    @property
    def _ranker(self) -> TasteRanker:
        return TasteRanker(self.state, self.zoo)

    def invoke(
        self,
        input: str | dict[str, Any] | RecommendationRequest,  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> list[Recommendation]:
        """Recommend items for a request, its fields, or a user's id.

        Raises:
            RecommenderError: the request does not fit, or the user is unknown.
        """
        return self._call_with_config(self._recommend, input, config, **kwargs)

    def _recommend(self, value: Any) -> list[Recommendation]:
        request = parse_request(value)
        user = self.user_profile(request)
        ranking = run_step("rank_candidates", self._ranker.rank, user)
        items, scores = run_step("diversify", lambda r: self._diversify(request, r), ranking)
        if request.new_items:
            items, scores = self._add_new_items(request, user, (items, scores))
        return run_step("explain", lambda r: self._explain(user, r), (items, scores))

    def user_profile(self, request: RecommendationRequest) -> UserProfile:
        """Return the user of a request as known at its time.

        Raises:
            RecommenderError: the user is unknown.
        """
        interactions, moment = self.state.interactions, request.timestamp()
        if request.user is None:
            return new_user(interactions, request.taste or "", moment)
        if request.user not in self._user_index:
            raise RecommenderError(
                f"The user {request.user!r} has no event in {self.name!r}.",
                remedy="Describe a taste instead: --taste 'films about trains'",
            )
        user = known_user(interactions, self._user_index[request.user], moment)
        return replace(user, taste=request.taste or "")

    def _diversify(self, request: RecommendationRequest, ranking: Ranking) -> Ranking:
        items, scores = ranking
        diversity = request.diversity
        if diversity is None:
            diversity = self.state.config.diversity
        pool = max(MIN_POOL, 2 * request.k)
        texts = self.state.model.retrieval.texts
        order = select_diverse(items[:pool], scores[:pool], texts, request.k, diversity)
        return items[order], scores[order]

    def _add_new_items(
        self, request: RecommendationRequest, user: UserProfile, ranking: Ranking
    ) -> Ranking:
        """Replace the last places with items that have no interactions, with the score 0."""
        items, scores = ranking
        moment = user.moment if request.at else None
        # More than are needed: some may be among the items already.
        found = self._ranker.items_without_interactions(user, request.new_items + MIN_POOL, moment)
        new = found[~np.isin(found, items)][: min(request.new_items, request.k)]
        kept = request.k - len(new)
        return (
            np.concatenate([items[:kept], new]),
            np.concatenate([scores[:kept], np.zeros(len(new), np.float32)]),
        )

    def _explain(self, user: UserProfile, ranking: Ranking) -> list[Recommendation]:
        items, retrieval = self.state.items, self.state.model.retrieval
        fitting = set(self._ranker.nearest_to_taste(user).tolist()) if user.taste else set()
        return [
            Recommendation(
                items[item].id,
                items[item].title,
                round(float(score), 4),
                explain(retrieval, items, user, item, fits_taste=item in fitting),
            )
            for item, score in zip(ranking[0].tolist(), ranking[1].tolist(), strict=True)
        ]

    def similar(self, item: str, k: int = 10) -> list[Recommendation]:
        """Return the ``k`` items most similar in text and interactions to an item.

        ``item`` is an id, or how a title begins.

        Raises:
            RecommenderError: there is no such item.
        """
        index = self._find_item(item)
        retrieval, items = self.state.model.retrieval, self.state.items
        factors = retrieval.collaborative.factors
        norm = np.linalg.norm(factors, axis=1) + 1e-9
        cosine = factors @ factors[index] / (norm * norm[index])
        count = np.bincount(retrieval.popularity.item, minlength=len(items))
        confidence = count / (count + CONFIDENCE_PRIOR)
        scores = retrieval.texts @ retrieval.texts[index] + cosine * confidence * confidence[index]
        scores[index] = -np.inf
        best = np.argsort(-scores, kind="stable")[:k].tolist()
        reason = f"like {items[index].title} in text and in who likes it"
        return [
            Recommendation(items[b].id, items[b].title, round(float(scores[b]) / 2, 4), reason)
            for b in best
        ]

    def _find_item(self, item: str) -> int:
        if item in self._item_index:
            return self._item_index[item]
        prefix = item.casefold()
        for index, candidate in enumerate(self.state.items):
            if candidate.title.casefold().startswith(prefix):
                return index
        raise RecommenderError(
            f"There is no item {item!r} in {self.name!r}.",
            remedy="Give its id, or how its title begins.",
        )

    def add(self, source: Any, columns: Mapping[str, str] | None = None) -> int:
        """Add items by their texts alone, without training; return how many were new.

        Raises:
            RecommenderError: the table cannot be read as items.
        """
        items = [i for i in load_items(source, columns) if i.id not in self._item_index]
        if items:
            state = self.state
            vectors = embed_items(items, self.zoo.embeddings(state.config.embedding))
            retrieval = with_new_items(state.model.retrieval, state.interactions, vectors)
            self.state = replace(
                state,
                items=(*state.items, *items),
                model=replace(state.model, retrieval=retrieval),
            )
            save_state(recommenders_folder(self.zoo), self.state)
            self.__dict__.pop("_item_index", None)
        return len(items)
