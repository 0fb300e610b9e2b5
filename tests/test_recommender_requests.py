"""Requests to a recommender of teas: known and new users, new items, reasons, and storage."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from chains.recommender import Recommender, RecommenderError, open_recommender
from chains.recommender.schemas import parse_request
from chains.recommender.store import recommenders_folder
from chainzoo import Zoo
from tests.recommender_helpers import CONFIG, build_teas
from tests.tracing import RecordingTracer


@pytest.fixture(scope="module")
def zoo(minilm: Path, tmp_path_factory: pytest.TempPathFactory) -> Zoo:
    home = tmp_path_factory.mktemp("home")
    (home / "weights").mkdir()
    (home / "weights" / "minilm-l6").symlink_to(minilm, target_is_directory=True)
    return Zoo(home)


@pytest.fixture(scope="module")
def teas(zoo: Zoo) -> Recommender:
    return build_teas(zoo)


def test_seen_items_are_never_recommended(teas: Recommender) -> None:
    interactions = teas.state.interactions
    for index, user in enumerate(teas.state.users):
        seen = set(interactions.where(interactions.user == index).item.tolist())
        items = [r.item for r in teas.invoke({"user": user, "k": 60})]
        assert items
        assert not seen & {int(item[1:]) for item in items}
        assert len(set(items)) == len(items)


def test_reasons_name_a_liked_item(teas: Recommender) -> None:
    first = teas.state.interactions.where(teas.state.interactions.user == 0)
    liked = {teas.state.items[at].title for at in first.item[first.liked].tolist()}
    for recommendation in teas.invoke({"user": teas.state.users[0], "k": 5}):
        assert recommendation.reason.removeprefix("because you liked ") in liked


def test_a_new_user_gets_items_that_fit_the_taste(teas: Recommender) -> None:
    recommendations = teas.invoke({"taste": "smoky", "k": 3, "diversity": 0})
    genres = {item.id: item.genres for item in teas.state.items}
    assert all(genres[r.item] == ("Smoked",) for r in recommendations)
    assert all("smoky" in r.reason for r in recommendations)
    assert teas.invoke({})[0].reason == "popular of late"


def test_a_known_user_with_a_taste_gets_both(teas: Recommender) -> None:
    user = teas.state.users[0]
    recommendations = teas.invoke({"user": user, "taste": "smoky", "k": 5, "diversity": 0})
    assert any(r.reason == "fits “smoky”" for r in recommendations)
    assert recommendations != teas.invoke({"user": user, "k": 5, "diversity": 0})


def test_items_without_interactions_get_reserved_places_and_no_score(teas: Recommender) -> None:
    """The last two teas have no event."""
    recommendations = teas.invoke({"user": teas.state.users[0], "k": 5, "new_items": 2})
    assert {r.item for r in recommendations[-2:]} == {"t64", "t65"}
    assert [r.score for r in recommendations[-2:]] == [0.0, 0.0]
    assert all(r.score != 0.0 for r in recommendations[:-2])
    by_text = teas.invoke({"taste": "Tarry Souchong in a tin", "k": 5, "diversity": 0})
    assert "t65" in {r.item for r in by_text}


def test_a_request_as_of_a_time_hides_later_interactions(teas: Recommender) -> None:
    first = teas.state.interactions.where(teas.state.interactions.user == 0)
    at = datetime.fromtimestamp(int(first.time[9]), UTC)
    user = teas.user_profile(parse_request({"user": teas.state.users[0], "at": at}))
    assert user.items.tolist() == first.item[:9].tolist()


@pytest.mark.parametrize(
    "request_fields", [{"user": "nobody"}, {"k": 0}, {"who": "c1"}, {"at": "soon"}]
)
def test_invalid_requests_are_refused(teas: Recommender, request_fields: dict[str, object]) -> None:
    with pytest.raises(RecommenderError):
        teas.invoke(request_fields)


def test_new_items_are_added_by_their_texts(zoo: Zoo) -> None:
    new = pd.DataFrame(
        {
            "item_id": ["n1"],
            "title": ["Ash Pine Smoke"],
            "description": ["Smoked tea"],
            "genres": ["Smoked"],
        }
    )
    build_teas(zoo, "more")
    assert open_recommender("more", zoo).add(new) == 1
    reopened = open_recommender("more", zoo)
    assert reopened.add(new) == 0
    recommendations = reopened.invoke({"taste": "pine smoke", "k": 10, "diversity": 0})
    assert "n1" in {r.item for r in recommendations}
    assert reopened.invoke({"user": "c1", "k": 3})


def test_a_reopened_recommender_answers_the_same(zoo: Zoo, teas: Recommender) -> None:
    reopened = open_recommender("teas", zoo)
    for user in teas.state.users[:5]:
        assert reopened.invoke(user) == teas.invoke(user)
    files = (recommenders_folder(zoo) / "teas").rglob("*")
    assert {path.suffix for path in files if path.is_file()} == {".json", ".jsonl", ".npz", ".txt"}


def test_damaged_files_are_reported(zoo: Zoo) -> None:
    build_teas(zoo, "hurt")
    for path in (recommenders_folder(zoo) / "hurt").rglob("interactions.npz"):
        path.write_bytes(b"PK damaged")
    with pytest.raises(RecommenderError, match="damaged"):
        open_recommender("hurt", zoo)


def test_a_tuned_reranker_takes_part_if_it_helps(zoo: Zoo) -> None:
    settings = {"reranker": True, "reranker_pairs": 160, "reranker_users": 12, "reranker_depth": 5}
    recommender = build_teas(zoo, "ranked", CONFIG.model_copy(update=settings))
    facts = recommender.state.facts
    assert "ranked-reranker@1" in facts["reranker"]
    if facts["reranker_weight"]:
        assert facts["ndcg_with_reranker"] > facts["ndcg_without_reranker"]
    assert recommender.state.model.reranker_weight == facts["reranker_weight"]
    assert recommender.invoke("c1")


def test_batch_returns_the_exception_of_an_invalid_request(teas: Recommender) -> None:
    results = teas.batch(["c1", "nobody", "c2"], return_exceptions=True)
    assert [type(result) for result in results] == [list, RecommenderError, list]
    with pytest.raises(RecommenderError):
        teas.batch(["c1", "nobody"])


def test_a_trace_shows_each_step(teas: Recommender) -> None:
    tracer = RecordingTracer()
    teas.invoke("c1", {"callbacks": [tracer]})
    assert tracer.step_names() == ["rank_candidates", "diversify", "explain"]
    properties = teas.get_output_jsonschema()["$defs"]["Recommendation"]["properties"]
    assert set(properties) == {"item", "title", "score", "reason"}
