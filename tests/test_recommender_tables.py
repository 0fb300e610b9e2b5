"""Tables of items and events: columns, kinds of events, and what is refused."""

from __future__ import annotations

import pandas as pd
import pytest

from chains.recommender import RecommenderError
from chains.recommender.interactions import load_interactions
from chains.recommender.items import load_items
from tests.recommender_helpers import ITEMS


def test_events_of_different_kinds_have_their_strengths() -> None:
    items = load_items(ITEMS)
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
    loaded = load_interactions(frame, items)
    assert loaded.users == ("1", "2")
    assert loaded.interactions.item.tolist() == [1, 0, 0]  # In the order of time.
    assert loaded.interactions.liked.tolist() == [False, True, True]
    assert loaded.interactions.strength.tolist() == pytest.approx([0.4, 1.0, 0.3])
    assert loaded.notes == ["1 of 4 events are of unknown items; left out."]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ({"time": ["soon", "2026-01-01"]}, "row 1: 'soon' is not a time"),
        ({"item": ["y", "z"]}, "none of the 2 events"),
        ({"event": ["view", "bought"]}, "'bought' is not a known kind of event"),
    ],
)
def test_invalid_events_are_refused(column: dict[str, list[str]], message: str) -> None:
    rows = {"user": [1, 2], "item": ["a", "b"], "time": ["2026-01-01", "2026-01-02"], **column}
    with pytest.raises(RecommenderError, match=message):
        load_interactions(pd.DataFrame(rows), load_items(ITEMS))


def test_a_missing_column_is_named_with_its_option() -> None:
    with pytest.raises(RecommenderError, match="--column time=COLUMN"):
        load_interactions(pd.DataFrame({"user": [1], "item": ["a"]}), load_items(ITEMS))
