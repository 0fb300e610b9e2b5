"""Which columns of real tables are texts and labels, and what an inspection is not sure of."""

from __future__ import annotations

from typing import Any

import pytest

from chainzoo.data.examples import PAIR_SEPARATOR
from chainzoo.data.inspection import inspect_data
from chainzoo.data.options import ReadOptions
from chainzoo.data.read import read_table
from chainzoo.data.records import Record
from chainzoo.data.value_kinds import kind_of

ROWS = 60


def rows(**columns: Any) -> list[dict[str, Any]]:
    return [{name: make(at) for name, make in columns.items()} for at in range(ROWS)]


def text(at: int) -> str:
    return f"The parcel number {at} came late and open"


@pytest.mark.parametrize("word", ["None", "NA", "nan", "null", "N/A", "0"])
def test_a_frequent_word_for_a_missing_value_is_a_class(word: str) -> None:
    table = read_table(rows(text=text, label=lambda at: [word, "a", "b"][at % 3]))
    assert (len(table), table.labels) == (ROWS, tuple(sorted([word, "a", "b"])))


@pytest.mark.parametrize("word", ["None", "NA", ""])
def test_a_rare_word_for_a_missing_value_is_left_out_and_counted(word: str) -> None:
    table = read_table(rows(text=text, label=lambda at: word if at == 7 else "ab"[at % 2]))
    assert (len(table), table.labels) == (ROWS - 1, ("a", "b"))
    (warning,) = table.warnings
    assert warning.startswith(f"1 rows have no label ({word or 'an empty cell'} in 1)")


@pytest.mark.parametrize(("no", "yes"), [(0, 1), ("0", "1"), (False, True)])
def test_columns_of_zeros_and_ones_are_several_labels(no: Any, yes: Any) -> None:
    data = rows(
        id=lambda at: f"{at:06}",
        comment=text,
        rude=lambda at: yes if at % 3 == 0 else no,
        spam=lambda at: yes if at % 4 == 0 else no,
    )
    table = read_table(data)
    assert (table.multi_label, table.columns["label"]) == (True, "rude,spam")
    assert table.examples[0].labels == ("rude", "spam")
    assert read_table(data, ReadOptions(label_column="rude")).labels == (
        ("false", "true") if no is False else ("0", "1")
    )


def test_a_column_that_is_named_label_is_the_label_beside_other_flags() -> None:
    flag = lambda at: at % 2  # noqa: E731
    table = read_table(rows(text=text, label=flag, is_new=flag, is_paid=flag))
    assert (table.multi_label, table.columns["label"]) == (False, "label")


@pytest.mark.parametrize(
    ("first", "second"),
    [("premise", "hypothesis"), ("question1", "question2"), ("text_a", "text_b")],
)
def test_both_texts_of_a_pair_are_read(first: str, second: str) -> None:
    data = rows(**{first: text, second: lambda at: f"It is {at}."}, label=lambda at: "yn"[at % 2])
    table = read_table(data)
    assert table.task == "text-classification"
    assert table.examples[0].text == f"{text(0)}{PAIR_SEPARATOR}It is 0."


def test_two_text_columns_can_be_named() -> None:
    data = rows(title=lambda at: f"Case {at}", body=text, topic=lambda at: "ab"[at % 2])
    assert read_table(data).task == "text-classification"
    table = read_table(data, ReadOptions(text_column="title,body"))
    assert table.examples[3].text == f"Case 3{PAIR_SEPARATOR}{text(3)}"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("date", "2024-05-01 10:00:00"),
        ("date", "Wed Mar 05 21:44:57 +0000 2014"),
        ("date", "01.05.2024"),
        ("date", "May 3, 2024"),
        ("url", "https://shop.example/a?b=c"),
        ("url", "ann@shop.example"),
        ("id", "ORD-2024-00017"),
        ("id", "123e4567-e89b-12d3-a456-426614174000"),
        ("number", "1,250.50"),
        ("number", "$ 12"),
        ("word", "MSFT"),
        ("text", "On May 3 it broke"),
        ("text", "今天天气很好"),
    ],
)
def test_values_are_told_apart(kind: str, value: str) -> None:
    assert kind_of([Record(1, {"x": value})], "x") == kind


@pytest.mark.parametrize(
    "other",
    [lambda at: f"https://shop.example/ticket/{at}?" + "x" * 99, lambda at: f"2024-05-{at}"],
)
def test_addresses_and_dates_are_not_the_text(other: Any) -> None:
    table = read_table(rows(link=other, subject=text, kind=lambda at: "ab"[at % 2]))
    assert table.columns == {"text": "subject", "label": "kind"}


def test_a_text_with_its_date_is_no_translation() -> None:
    data = rows(text=text, created_at=lambda at: f"Wed Mar {at % 28 + 1:02} 21:44:57 +0000 2014")
    with pytest.raises(Exception, match="looks like a label"):
        read_table(data)


def test_an_unused_text_is_a_doubt() -> None:
    data = rows(
        complaint=text,
        resolution=lambda at: f"We sent number {at} once more",
        team=lambda at: "ab"[at % 2],
    )
    verdict = inspect_data(data).verdict
    assert "resolution is not used" in verdict
    assert "--text-column" in verdict
    assert "Ready" not in verdict
    named = inspect_data(data, ReadOptions(text_column="complaint", label_column="team"))
    assert named.verdict.endswith("Ready to tune on.")


def test_two_candidates_for_the_label_are_a_doubt() -> None:
    data = rows(text=text, team=lambda at: "ab"[at % 2], office=lambda at: ["x1", "yy"][at % 2])
    assert "it could also be" in inspect_data(data).verdict


def test_numbers_of_a_quantity_are_a_doubt() -> None:
    verdict = inspect_data(rows(text=text, likes=lambda at: at % 25)).verdict
    assert "hardly classes" in verdict
