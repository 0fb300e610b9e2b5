"""Backtest a recommender on later events, next to the baselines."""

from __future__ import annotations

from chains.recommender.baselines import baselines
from chains.recommender.diversity import select_diverse
from chains.recommender.errors import RecommenderError
from chains.recommender.item_vectors import Floats, Ints
from chains.recommender.metrics import RankingScores, RankItems, evaluate_ranking
from chains.recommender.model import RecommenderModel
from chains.recommender.time_splits import TimeSplit
from chains.recommender.training import Trainer, fit_retrieval
from chains.recommender.users import UserProfile

POOL = 100  # Best candidates that diverse ones are selected from.


def backtest(trainer: Trainer, split: TimeSplit) -> list[RankingScores]:
    """Train on the past of a split; evaluate on what followed, next to the baselines.

    Raises:
        RecommenderError: no user has both a past and something liked after it.
    """
    if not split.cases:
        raise RecommenderError(
            "No user has enough events to evaluate on.",
            remedy="Give users with three times as many events as are held out,"
            " or a smaller holdout.",
        )
    model = trainer.train(split.past)
    trainer.progress(f"Evaluating on {len(split.cases):,} users.")
    num_items = len(trainer.items)
    untuned = fit_retrieval(split.past, trainer.texts, trainer.config, smooth_with_texts=False)
    methods = baselines(untuned) | _blends(trainer, model)
    return [
        evaluate_ranking(name, rank_items, split.cases, num_items)
        for name, rank_items in methods.items()
    ]


def _blends(trainer: Trainer, model: RecommenderModel) -> dict[str, RankItems]:
    """Return the trained model by name, without and with the configured diversity."""
    cached: dict[int, tuple[Ints, Floats]] = {}

    def rank(user: UserProfile) -> tuple[Ints, Floats]:
        if id(user) not in cached:
            cached[id(user)] = model.rank(trainer.zoo, trainer.items, user)
        return cached[id(user)]

    def with_diversity(diversity: float) -> RankItems:
        def rank_items(user: UserProfile, k: int) -> Ints:
            items, scores = rank(user)
            order = select_diverse(items[:POOL], scores[:POOL], trainer.texts, k, diversity)
            return items[order]

        return rank_items

    diversity = trainer.config.diversity
    methods = {"blend": with_diversity(0.0)}
    if diversity > 0:
        methods[f"blend, diversity {diversity:g}"] = with_diversity(diversity)
    return methods
