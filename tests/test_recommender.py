"""The recommender: files people have, no look into the future, seen items, newcomers, reasons."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from chains.recommender import Recommender, RecommenderConfig, RecommenderError, build_recommender
from chains.recommender.behaviour import Past
from chains.recommender.choosing import diverse
from chains.recommender.commands import recommend
from chains.recommender.judge import judge, ndcg
from chains.recommender.learning import Shortlist, _weighed
from chains.recommender.people import Slice, after, last_of_each
from chains.recommender.recommender import open_recommender, place
from chains.recommender.tables import Events, read_events, read_items
from chainzoo import Zoo

DATA = Path(__file__).parents[1] / "examples" / "data"
CONFIG = RecommenderConfig(ranker=False, holdout=3, rounds=30)
ITEMS = pd.DataFrame({"id": ["a", "b", "c"], "title": ["A", "B", "C"], "genres": ["x|y", "x", ""]})


@pytest.fixture(scope="module")
def zoo(minilm: Path, tmp_path_factory: pytest.TempPathFactory) -> Zoo:
    home = tmp_path_factory.mktemp("home")
    (home / "weights").mkdir()
    (home / "weights" / "minilm-l6").symlink_to(minilm, target_is_directory=True)
    return Zoo(home)


@pytest.fixture(scope="module")
def teas(zoo: Zoo) -> Recommender:
    return build_recommender(
        DATA / "teas.csv", DATA / "tea_events.csv", name="teas", config=CONFIG, zoo=zoo
    )


def made(rows: list[tuple[int, int, int]]) -> Events:
    """Events from (user, item, time)."""
    user, item, time = (
        np.array(c, np.int64) for c in zip(*sorted(rows, key=lambda r: r[2]), strict=True)
    )
    return Events(user, item, time, np.ones(len(rows), np.float32), np.ones(len(rows), bool))


# Files


def test_events_of_many_kinds() -> None:
    items = read_items(ITEMS)
    assert items[0].text == "A. Genres: x, y"
    frame = pd.DataFrame(
        {
            "userId": [1, 1, 2, 2],
            "movieId": ["a", "b", "a", "z"],
            "type": ["view", "rating", "rating", "view"],
            "rating": [None, 2, 5, None],
            "date": ["2026-01-03", "2026-01-01", "2026-01-02", "2026-01-02"],
        }
    )
    events, users, notes = read_events(frame, items)
    assert users == ("1", "2")
    assert events.item.tolist() == [1, 0, 0]  # In the order of time.
    assert events.liked.tolist() == [False, True, True]
    assert events.strength.tolist() == pytest.approx([0.4, 1.0, 0.3])
    assert notes == ["1 of 4 events are of unknown items; left out."]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"time": ["soon", "2026-01-01"]}, "row 1: 'soon' is not a time"),
        ({"item": ["y", "z"]}, "none of the 2 events"),
        ({"event": ["view", "bought"]}, "'bought' is no kind of event"),
    ],
)
def test_broken_events(change: dict[str, list[str]], told: str) -> None:
    rows = {"user": [1, 2], "item": ["a", "b"], "time": ["2026-01-01", "2026-01-02"], **change}
    with pytest.raises(RecommenderError, match=told):
        read_events(pd.DataFrame(rows), read_items(ITEMS))


def test_a_missing_column_is_named() -> None:
    with pytest.raises(RecommenderError, match="--column time=COLUMN"):
        read_events(pd.DataFrame({"user": [1], "item": ["a"]}), read_items(ITEMS))


# No look into the future

ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(0, 50)), min_size=1, max_size=80
)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, holdout=st.integers(1, 4))
def test_the_last_events_of_each_come_after_their_past(
    rows: list[tuple[int, int, int]], holdout: int
) -> None:
    events = made(rows)
    cut = last_of_each(events, holdout)
    for case in cut.cases:
        mine = cut.past.where(cut.past.user == case.user)
        assert mine.time.max() <= case.person.moment
        assert not case.relevant & set(mine.item.tolist())
        assert len(mine) >= 2 * holdout


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, date=st.integers(0, 50))
def test_one_date_for_all(rows: list[tuple[int, int, int]], date: int) -> None:
    cut: Slice = after(made(rows), date)
    assert (cut.past.time < date).all()
    assert all(case.person.moment >= date for case in cut.cases)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, later=ROWS, moment=st.integers(1, 50))
def test_what_is_popular_knows_nothing_later(
    rows: list[tuple[int, int, int]], later: list[tuple[int, int, int]], moment: int
) -> None:
    """Whatever happens from a moment on, nothing changes in what was known at it."""
    before = [row for row in rows if row[2] < moment]
    since = [(u, i, t + moment) for u, i, t in later]
    if not before:
        return
    small, large = (Past.of(made(some), 10, CONFIG) for some in (before, before + since))
    for name in ("count", "recent", "quality", "age", "idle"):
        first, second = (getattr(past.before(moment), name) for past in (small, large))
        np.testing.assert_array_equal(first, second)


def test_a_moment_hides_what_a_person_did_later(teas: Recommender) -> None:
    mine = teas.state.events.where(teas.state.events.user == 0)
    half = int(mine.time[9])
    from datetime import UTC, datetime

    from chains.recommender.asking import as_request

    at = datetime.fromtimestamp(half, UTC)
    person = teas.person(as_request({"user": teas.state.users[0], "at": at}))
    assert person.items.tolist() == mine.item[:9].tolist()


# Answers


def test_never_what_was_seen(teas: Recommender) -> None:
    for at, user in enumerate(teas.state.users):
        seen = set(teas.state.events.where(teas.state.events.user == at).item.tolist())
        told = teas.invoke({"user": user, "k": 60})
        assert told
        assert not seen & {int(one.item[1:]) for one in told}
        assert len({one.item for one in told}) == len(told)


def test_reasons_name_what_was_liked(teas: Recommender) -> None:
    events = teas.state.events.where(teas.state.events.user == 0)
    liked = {teas.state.items[at].title for at in events.item[events.liked].tolist()}
    for one in teas.invoke({"user": teas.state.users[0], "k": 5}):
        assert one.reason.removeprefix("because you liked ") in liked


def test_somebody_new_tells_a_taste(teas: Recommender) -> None:
    told = teas.invoke({"taste": "smoky", "k": 3, "diversity": 0})
    kinds = {item.id: item.genres for item in teas.state.items}
    assert all(kinds[one.item] == ("Smoked",) for one in told)
    assert all("smoky" in one.reason for one in told)
    assert teas.invoke({})[0].reason == "popular of late"


def test_nobody_touched_it_yet(teas: Recommender) -> None:
    """The last two teas have no event; they are found by text, and in places kept for such."""
    told = teas.invoke({"user": teas.state.users[0], "k": 5, "fresh": 2})
    assert {one.item for one in told[-2:]} == {"t64", "t65"}
    by_text = teas.invoke({"taste": "Tarry Souchong in a tin", "k": 5, "diversity": 0})
    assert "t65" in {one.item for one in by_text}


def test_new_items_are_taken_in_by_text(zoo: Zoo, teas: Recommender) -> None:
    new = pd.DataFrame(
        {
            "item_id": ["n1"],
            "title": ["Ash Pine Smoke"],
            "description": ["Smoked tea"],
            "genres": ["Smoked"],
        }
    )
    build_recommender(
        DATA / "teas.csv", DATA / "tea_events.csv", name="more", config=CONFIG, zoo=zoo
    )
    assert open_recommender("more", zoo).add(new) == 1
    again = open_recommender("more", zoo)
    assert again.add(new) == 0
    assert "n1" in {o.item for o in again.invoke({"taste": "pine smoke", "k": 10, "diversity": 0})}
    assert again.invoke({"user": "c1", "k": 3})


@pytest.mark.parametrize("bad", [{"user": "nobody"}, {"k": 0}, {"who": "c1"}, {"at": "soon"}])
def test_bad_requests(teas: Recommender, bad: dict[str, object]) -> None:
    with pytest.raises(RecommenderError):
        teas.invoke(bad)


def test_diversity_by_hand() -> None:
    texts = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    scores = np.array([1.0, 0.9, 0.5], np.float32)
    items = np.arange(3)
    assert diverse(items, scores, texts, 2, 0.0).tolist() == [0, 1]
    assert diverse(items, scores, texts, 2, 0.6).tolist() == [0, 2]


# Judgement


def test_measures_by_hand() -> None:
    assert ndcg(np.array([5, 1, 2]), frozenset({1})) == pytest.approx(1 / np.log2(3))
    cut = last_of_each(made([(0, i, i) for i in range(6)] + [(1, 9 - i, i) for i in range(6)]), 2)
    row = judge("the same for all", lambda person, k: np.array([4, 5]), cut.cases, 10)
    assert row.recall_at_50 == pytest.approx((1.0 + 1.0) / 2)
    assert row.coverage == pytest.approx(0.2)


# Keeping


def test_opened_again_it_answers_the_same(zoo: Zoo, teas: Recommender) -> None:
    again = open_recommender("teas", zoo)
    for user in teas.state.users[:5]:
        assert again.invoke(user) == teas.invoke(user)
    kinds = {path.suffix for path in (place(zoo) / "teas").rglob("*") if path.is_file()}
    assert kinds == {".json", ".jsonl", ".npz", ".txt"}


def test_a_damaged_file_is_told(zoo: Zoo, teas: Recommender) -> None:
    build_recommender(
        DATA / "teas.csv", DATA / "tea_events.csv", name="hurt", config=CONFIG, zoo=zoo
    )
    for path in (place(zoo) / "hurt").rglob("events.npz"):
        path.write_bytes(b"PK damaged")
    with pytest.raises(RecommenderError, match="damaged"):
        open_recommender("hurt", zoo)


def test_a_ranking_model_takes_part_where_it_helps(zoo: Zoo) -> None:
    config = CONFIG.model_copy(
        update={"ranker": True, "ranker_pairs": 160, "ranker_users": 12, "ranker_depth": 5}
    )
    tool_context = build_recommender(
        DATA / "teas.csv", DATA / "tea_events.csv", name="ranked", config=config, zoo=zoo
    )
    facts = tool_context.state.facts
    assert "ranked-ranker@1" in facts["ranker"]
    if facts["ranker_weight"]:
        assert facts["ndcg_with_ranker"] > facts["ndcg_without_ranker"]
    assert tool_context.state.skill.weight == facts["ranker_weight"]
    assert tool_context.invoke("c1")


def test_a_weight_only_where_it_helps_others() -> None:
    """A ranking model that knows the one right item gets a weight, one that is wrong gets none."""
    items, first = np.arange(12), np.arange(12, 0, -1).astype(np.float32)
    right = (items == 9).astype(np.float32)
    good, bad = ([Shortlist(items, first, read, frozenset({9}))] * 20 for read in (right, -right))
    assert _weighed(good)[2] > 0
    assert _weighed(bad)[2] == 0


# The terminal


def test_verbs(zoo: Zoo, teas: Recommender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINZOO_HOME", str(zoo.home.root))

    def said(*words: str) -> str:
        done = CliRunner().invoke(recommend, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    assert len(json.loads(said("for", "teas", "--user", "c1", "--k", "4", "--json"))) == 4
    assert "Smoked" not in said("similar", "teas", "Peppermint")
    assert "teas" in json.loads(said("list", "--json"))
    ways = {row["way"]: row for row in json.loads(said("test", "teas", "--json"))["rows"]}
    assert {"popularity", "item-kNN", "factorisation", "blend"} <= set(ways)
    assert all(0 <= row["ndcg_at_10"] <= 1 for row in ways.values())
    assert "recall@50" in said("test", "teas")


@pytest.mark.parametrize("verb", sorted(recommend.commands))
def test_every_verb_has_an_example(verb: str) -> None:
    told = CliRunner().invoke(recommend, [verb, "--help"]).output
    assert f"Example:  chainzoo recommend {verb}" in told
    assert "--json" in told
