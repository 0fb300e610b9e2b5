"""The blend: LightGBM trees that order candidates, learnt on a later slice than the features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.recommender.behaviour import Floats, Ints
from chains.recommender.config import RecommenderConfig
from chains.recommender.features import FEATURES, Known
from chains.recommender.people import Case
from chains.recommender.problems import missing

FEWEST_CASES = 10


@dataclass(frozen=True)
class Block:
    """The candidates of one case: their numbers, features, and which were liked later."""

    case: Case
    items: Ints
    table: Floats
    gain: Ints


def blocks(known: Known, cases: Sequence[Case]) -> list[Block]:
    """Cases as rows to learn from; those of which no liked item is among the candidates are out."""
    found = []
    for case in cases:
        signals = known.signals(case.person)
        items = signals.candidates()
        gain = np.isin(items, list(case.relevant)).astype(np.int64)
        if gain.any():
            found.append(Block(case, items, signals.table(items), gain))
    return found


def learn(some: Sequence[Block], config: RecommenderConfig) -> Any | None:
    """Trees (LambdaMART, Burges 2010) from blocks; nothing where there are too few."""
    try:
        import lightgbm
    except ImportError:
        raise missing("lightgbm") from None
    if len(some) < FEWEST_CASES:
        return None
    settings = {
        "objective": "lambdarank",
        "learning_rate": config.learning_rate,
        "num_leaves": config.leaves,
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
        np.concatenate([b.table for b in some]),
        np.concatenate([b.gain for b in some]),
        group=[len(b.items) for b in some],
        feature_name=list(FEATURES),
    )
    return lightgbm.train(settings, data, num_boost_round=config.rounds)


def apply(trees: Any | None, table: Floats) -> Floats:
    """The scores of rows; without trees, what is popular and near counts evenly."""
    if trees is None:
        column = {name: at for at, name in enumerate(FEATURES)}
        places = ("place_near", "place_factors", "place_text", "place_popular_lately")
        plain: Floats = -table[:, [column[name] for name in places]].mean(axis=1)
        return plain
    return np.asarray(trees.predict(table, num_threads=1), np.float32)
