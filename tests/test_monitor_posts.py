"""Posts: timestamps, subjects, identity, and the labels of sentiment models."""

from __future__ import annotations

from typing import Any

import pytest

from chains.opinion_monitor.posts import InvalidPostError, parse_post, parse_time
from chains.opinion_monitor.sentiments import sentiment_by_label
from chainzoo import PredictionError
from tests.monitor_helpers import BEGIN, NOW, row


@pytest.mark.parametrize(
    "value",
    [
        "2024-01-01T00:00:00Z",
        "2024-01-01",
        "Mon Jan 01 00:00:00 +0000 2024",
        1704067200,
        1704067200000,
        "1704067200",
        "Mon, 01 Jan 2024 00:00:00 GMT",
        "2024-01-01T02:00:00+02:00",
    ],
)
def test_known_time_formats_are_parsed(value: Any) -> None:
    assert parse_time(value) == BEGIN


@pytest.mark.parametrize("value", ["soon", "", True, -5, "nan"])
def test_a_value_that_is_no_time_is_refused(value: Any) -> None:
    with pytest.raises(InvalidPostError, match="cannot be parsed"):
        parse_time(value)


def test_tokens_are_joined_and_tickers_become_subjects() -> None:
    post = parse_post({"text": ["$", "ba", "up", "$", "5"], "tickers": "KO"}, "f", "1", now=NOW)
    assert post.text == "$ba up $ 5"
    assert post.subjects == (("ticker", "KO"), ("ticker", "BA"))


def test_rows_without_text_or_from_the_future_are_refused() -> None:
    with pytest.raises(InvalidPostError, match="no text"):
        parse_post({"score": 3}, "f", "1", now=NOW)
    with pytest.raises(InvalidPostError, match="in the future"):
        parse_post(row(500, "a"), "f", "1", now=NOW)


def test_labels_are_mapped_to_sentiments() -> None:
    assert sentiment_by_label(["1", "0"]) == {"1": "positive", "0": "negative"}
    assert sentiment_by_label(["Bullish", "bearish"])["Bullish"] == "positive"
    with pytest.raises(PredictionError, match="spam"):
        sentiment_by_label(["spam", "ham"])
