"""Text ranking: scores of pairs, measured by query."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainzoo.data.examples import RankedPair
from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.tasks import get_task
from chainzoo.tasks.predictions import RankingPrediction
from chainzoo.tuning import Recipe
from chainzoo.zoo import Zoo

TASK = get_task("text-ranking")


def test_scores_by_hand() -> None:
    truth = [("a", 1.0, 0.9), ("a", 0.0, 0.1), ("a", 0.0, 0.95), ("b", 1.0, 0.2), ("b", 0.0, 0.1)]
    examples = [RankedPair(q, f"i{at}", t) for at, (q, t, _) in enumerate(truth)]
    guesses = [RankingPrediction(g) for _, _, g in truth]
    labels = TASK.label_space(examples)
    scores = TASK.scores(TASK.sufficient_statistics(examples, guesses, labels).sum(axis=0), labels)
    assert labels.names == ("probability",)
    assert scores["mrr"] == pytest.approx((1 / 2 + 1) / 2)
    assert scores["auc"] == pytest.approx((1 / 2 + 1) / 2)
    assert scores["ndcg_at_10"] == pytest.approx((0.63093 + 1) / 2, abs=1e-4)


def test_other_scales_are_learnt_as_numbers() -> None:
    examples = [RankedPair("q", "a", 4.5), RankedPair("q", "b", 1.0)]
    assert TASK.label_space(examples).names == ("number",)


def test_tuned_on_a_file(stocked: Home, tmp_path: Path) -> None:
    cities = ["Oslo", "Paris", "Rome", "Madrid", "Vienna", "Berlin", "Lisbon", "Prague"]
    kinds = {"excellent": 1, "wonderful": 1, "broken": 0, "terrible": 0}
    rows = [
        f"a good {thing} in {city},the {kind} {thing} of {city},{score}"
        for city in cities
        for thing in ("hotel", "museum", "restaurant")
        for kind, score in kinds.items()
    ]
    path = tmp_path / "pairs.csv"
    path.write_text("query,item,label\n" + "\n".join(rows) + "\n", "utf-8")
    recipe = Recipe.of(name="rank", method="full", epochs=5)
    record = fine_tune(stocked, TuningJob(recipe, str(path), tmp_path / "run"))
    assert record.task == "text-ranking"
    assert record.score > 0.9
    good, bad = (
        Zoo(stocked)
        .predictor("rank")
        .predict(
            [
                {"query": "a good museum in London", "item": "the wonderful museum of London"},
                {"query": "a good museum in London", "item": "the terrible museum of London"},
            ]
        )
    )
    assert good.score > bad.score
