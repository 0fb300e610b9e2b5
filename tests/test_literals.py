"""Lists and dictionaries that are written as text in a cell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainzoo.data.literals import MAX_DEPTH, parse_literal
from chainzoo.data.read import read_table

VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner)),
    max_leaves=12,
)


@given(VALUES)
def test_what_python_and_json_write_is_read_back(value: Any) -> None:
    expected = value if isinstance(value, list | dict) else None
    assert parse_literal(json.dumps(value)) == expected
    assert parse_literal(repr(value)) == expected


@given(st.text())
def test_any_text_is_a_literal_or_none(text: str) -> None:
    assert parse_literal(text) is None or text.strip()[0] in "[{"


def test_numpy_lists_without_commas_are_read() -> None:
    words = np.array(["EU", "it's", 'say "no"', "a b"], dtype=object)
    assert parse_literal(str(words)) == list(words)
    assert parse_literal(repr({"x": np.array([1, 2])})) == {"x": [1, 2]}
    assert parse_literal("{'text': array([], dtype=object)}") == {"text": []}


@pytest.mark.parametrize(
    "text",
    ["[see page 3]", "[1", "{'a'}", "[__import__('os')]", "['a' ... 'z']", "[1] a note", "{a: 1}"],
)
def test_other_texts_are_no_literals(text: str) -> None:
    assert parse_literal(text) is None


def test_nesting_and_length_are_limited() -> None:
    assert parse_literal("(" * (MAX_DEPTH + 2)) is None
    assert parse_literal("[" * 100_000 + "'a'" + "]" * 100_000) is None
    assert parse_literal("['" + "a" * (2 << 20) + "']") is None


def test_token_lists_in_a_csv_are_tokens(tmp_path: Path) -> None:
    path = tmp_path / "ner.csv"
    row = "\"['Ann', 'left', 'Oslo']\",\"['B-PER', 'O', 'B-LOC']\"\n"
    path.write_text("tokens,ner_tags\n" + row * 12, encoding="utf-8")
    table = read_table(path)
    assert (table.task, table.labels) == ("token-classification", ("LOC", "PER"))


def test_answers_as_text_in_a_csv_are_answers(tmp_path: Path) -> None:
    path = tmp_path / "squad.csv"
    answers = "{'text': array(['Oslo'], dtype=object), 'answer_start': array([13], dtype=int32)}"
    row = f'Ann lives in Oslo.,Where?,"{answers}"\n'
    path.write_text("context,question,answers\n" + row * 3, encoding="utf-8")
    (first, *_) = read_table(path).examples
    assert first.answers == (("Oslo", 13),)


def test_a_list_of_labels_in_a_csv_is_several_labels(tmp_path: Path) -> None:
    path = tmp_path / "tags.csv"
    rows = [f"\"message number {n}\",\"['a', '{'bc'[n % 2]}']\"\n" for n in range(12)]
    path.write_text("text,labels\n" + "".join(rows), encoding="utf-8")
    table = read_table(path)
    assert table.multi_label
    assert table.examples[1].labels == ("a", "c")


def test_json_that_a_model_is_to_generate_stays_text() -> None:
    rows = [{"instruction": f"Call {n}", "output": '{"name": "call"}'} for n in range(12)]
    assert read_table(rows).examples[0].turns[-1].text == '{"name": "call"}'
