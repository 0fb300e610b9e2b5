"""Shared by the tests of the recommender: the teas, their settings, and small interactions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from chains.recommender import Recommender, RecommenderConfig, build_recommender
from chains.recommender.interactions import Interactions
from chainzoo import Zoo

DATA = Path(__file__).parents[1] / "examples" / "data"
CONFIG = RecommenderConfig(reranker=False, holdout=3, num_trees=30)
ITEMS = pd.DataFrame({"id": ["a", "b", "c"], "title": ["A", "B", "C"], "genres": ["x|y", "x", ""]})


def build_teas(zoo: Zoo, name: str = "teas", config: RecommenderConfig = CONFIG) -> Recommender:
    return build_recommender(
        DATA / "teas.csv", DATA / "tea_events.csv", name=name, config=config, zoo=zoo
    )


def interactions(rows: list[tuple[int, int, int]]) -> Interactions:
    """Return liked interactions of strength 1 from (user, item, time)."""
    by_time = sorted(rows, key=lambda row: row[2])
    user, item, time = (np.array(column, np.int64) for column in zip(*by_time, strict=True))
    return Interactions(user, item, time, np.ones(len(rows), np.float32), np.ones(len(rows), bool))
