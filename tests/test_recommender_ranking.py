"""Rankings: no information from the future, diversity, metrics, and the reranker's weight."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chains.recommender.diversity import select_diverse
from chains.recommender.metrics import evaluate_ranking, ndcg
from chains.recommender.popularity import PopularityHistory
from chains.recommender.reranker_weight import Shortlist, choose_weight
from chains.recommender.time_splits import leave_last_out, split_at
from tests.recommender_helpers import CONFIG, interactions

Rows = list[tuple[int, int, int]]  # User, item, time.

ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(0, 50)), min_size=1, max_size=80
)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, holdout=st.integers(1, 4))
def test_held_out_events_come_after_the_past_of_their_user(rows: Rows, holdout: int) -> None:
    split = leave_last_out(interactions(rows), holdout)
    for case in split.cases:
        past = split.past.where(split.past.user == case.user)
        assert past.time.max() <= case.profile.moment
        assert not case.relevant & set(past.item.tolist())
        assert len(past) >= 2 * holdout


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, moment=st.integers(0, 50))
def test_a_split_at_a_moment_separates_past_and_future(rows: Rows, moment: int) -> None:
    split = split_at(interactions(rows), moment)
    assert (split.past.time < moment).all()
    assert all(case.profile.moment >= moment for case in split.cases)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, later=ROWS, moment=st.integers(1, 50))
def test_popularity_at_a_moment_ignores_what_follows(rows: Rows, later: Rows, moment: int) -> None:
    before = [row for row in rows if row[2] < moment]
    since = [(user, item, time + moment) for user, item, time in later]
    if not before:
        return
    short, long = (
        PopularityHistory.of(interactions(some), 10, CONFIG).before(moment)
        for some in (before, before + since)
    )
    for name in ("count", "recent", "quality", "age", "idle"):
        np.testing.assert_array_equal(getattr(short, name), getattr(long, name))


def test_maximal_marginal_relevance_by_hand() -> None:
    texts = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    scores = np.array([1.0, 0.9, 0.5], np.float32)
    items = np.arange(3)
    assert select_diverse(items, scores, texts, 2, 0.0).tolist() == [0, 1]
    assert select_diverse(items, scores, texts, 2, 0.6).tolist() == [0, 2]


def test_metrics_by_hand() -> None:
    assert ndcg(np.array([5, 1, 2]), frozenset({1})) == pytest.approx(1 / np.log2(3))
    rows = [(0, i, i) for i in range(6)] + [(1, 9 - i, i) for i in range(6)]
    split = leave_last_out(interactions(rows), 2)
    scores = evaluate_ranking("constant", lambda user, k: np.array([4, 5]), split.cases, 10)
    assert scores.recall_at_50 == pytest.approx((1.0 + 1.0) / 2)
    assert scores.coverage == pytest.approx(0.2)


def test_a_reranker_gets_a_weight_only_if_it_improves_the_ranking() -> None:
    """One reranker scores the only relevant item highest, the other scores it lowest."""
    items, blend_scores = np.arange(12), np.arange(12, 0, -1).astype(np.float32)
    relevant = (items == 9).astype(np.float32)
    good, bad = (
        [Shortlist(items, blend_scores, scores, frozenset({9}))] * 20
        for scores in (relevant, -relevant)
    )
    assert choose_weight(good).weight > 0
    assert choose_weight(bad).weight == 0
