"""Near-duplicates: found in every script and length, whatever the size of the batches."""

from __future__ import annotations

import random

import pytest

from chainzoo.data import duplicates
from chainzoo.data.duplicates import group_duplicates, normalize_text

LONG = "the quick brown fox jumps over the lazy dog by the river"


def build_texts(count: int) -> list[str]:
    """Different texts, every fifth of which repeats another with one letter more."""
    rng = random.Random(7)
    texts: list[str] = []
    for row in range(count):
        if row % 5 == 4:
            texts.append(f"{texts[row - 4]}x")
        else:
            texts.append("".join(rng.choices("abcdefghij klmnop", k=rng.randint(40, 90))))
    return texts


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (LONG, f"{LONG}s"),
        (LONG, f"  {LONG.upper()}!!! "),
        ("这家餐厅的菜很好吃我们下次还会再来的", "这家餐厅的菜很好吃我们下次还会再来"),
        ("ok", "OK."),
        ("!!!", "!!! "),
    ],
)
def test_texts_that_are_the_same_or_nearly_share_a_group(first: str, second: str) -> None:
    groups = group_duplicates(["something else entirely", first, second])
    assert groups.tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (LONG, "something else entirely"),
        ("ok", "no"),
        ("!!!", "???"),
        ("很好吃", "不好吃"),
        ("", LONG),
    ],
)
def test_different_texts_have_groups_of_their_own(first: str, second: str) -> None:
    assert group_duplicates([first, second]).tolist() == [0, 1]


def test_no_text_has_no_group() -> None:
    assert group_duplicates([]).tolist() == []


def test_groups_are_the_same_as_by_comparing_all_pairs() -> None:
    texts = build_texts(100)
    expected = []
    for row, text in enumerate(texts):
        grams = {text[at : at + 5] for at in range(len(text) - 4)}
        others = ({t[at : at + 5] for at in range(len(t) - 4)} for t in texts[:row])
        similar = (at for at, o in enumerate(others) if len(grams & o) >= 0.85 * len(grams | o))
        expected.append(next(similar, row))
    assert expected.count(expected[0]) > 1
    assert group_duplicates(texts).tolist() == expected


@pytest.mark.parametrize("characters", [1, 100, 1000])
def test_groups_do_not_depend_on_the_size_of_batches(
    monkeypatch: pytest.MonkeyPatch, characters: int
) -> None:
    texts = [*build_texts(60), "short", "a", "Kürze", "你好"]
    expected = group_duplicates(texts).tolist()
    monkeypatch.setattr(duplicates, "BATCH_CHARACTERS", characters)
    assert group_duplicates(texts).tolist() == expected


def test_letters_and_digits_are_normalized() -> None:
    assert normalize_text("  Hello,\n WORLD_2! ") == "hello world 2"
    assert normalize_text(" ?! ") == "?!"
