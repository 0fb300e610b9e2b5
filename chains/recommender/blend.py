"""The blend: LightGBM trees that rank candidates, trained on later events than their features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.recommender.config import RecommenderConfig
from chains.recommender.errors import missing_library
from chains.recommender.features import FEATURES, RetrievalModel
from chains.recommender.item_vectors import Floats, Ints
from chains.recommender.time_splits import EvaluationCase

MIN_CASES = 10
# Without trees, the mean of these ranks orders the candidates.
FALLBACK_FEATURES = (
    "rank_neighbours", "rank_factors", "rank_text", "rank_popularity_recent",
)  # fmt: skip


@dataclass(frozen=True)
class CandidateGroup:
    """The candidates of one case: items, their features, and gain 1 for those liked later."""

    case: EvaluationCase
    items: Ints
    features: Floats
    gain: Ints


def candidate_groups(
    model: RetrievalModel, cases: Sequence[EvaluationCase]
) -> list[CandidateGroup]:
    """Return the candidates of each case; cases without a relevant candidate are left out."""
    groups = []
    for case in cases:
        signals = model.signals(case.profile)
        items = signals.candidates()
        gain = np.isin(items, list(case.relevant)).astype(np.int64)
        if gain.any():
            groups.append(CandidateGroup(case, items, signals.features(items), gain))
    return groups


def train_trees(groups: Sequence[CandidateGroup], config: RecommenderConfig) -> Any | None:
    """Train LambdaMART (Burges 2010) on groups; ``None`` if there are fewer than ``MIN_CASES``."""
    try:
        import lightgbm
    except ImportError:
        raise missing_library("lightgbm") from None
    if len(groups) < MIN_CASES:
        return None
    settings = {
        "objective": "lambdarank",
        "learning_rate": config.learning_rate,
        "num_leaves": config.num_leaves,
        "min_data_in_leaf": 50,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        "lambdarank_truncation_level": 20,
        "seed": config.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(
        np.concatenate([group.features for group in groups]),
        np.concatenate([group.gain for group in groups]),
        group=[len(group.items) for group in groups],
        feature_name=list(FEATURES),
    )
    return lightgbm.train(settings, data, num_boost_round=config.num_trees)


def predict_scores(trees: Any | None, features: Floats) -> Floats:
    """Return a score for each row of features, higher is better."""
    if trees is None:
        columns = [FEATURES.index(name) for name in FALLBACK_FEATURES]
        fallback: Floats = -features[:, columns].mean(axis=1)
        return fallback
    return np.asarray(trees.predict(features, num_threads=1), np.float32)
