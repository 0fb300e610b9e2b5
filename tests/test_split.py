"""Splits: in proportion, seeded, and with duplicates on one side."""

from __future__ import annotations

from collections import Counter

from chainzoo.data import Table, TextExample
from chainzoo.data.duplicates import group_duplicates
from chainzoo.data.splitting import predefined_split, stratified_split


def table(examples: list[TextExample]) -> Table:
    labels = tuple(sorted({label for example in examples for label in example.labels}))
    return Table("made", "text-classification", tuple(examples), labels)


# Words enough that no two texts are near-duplicates.
WORDS = [
    "apple",
    "river",
    "stone",
    "cloud",
    "window",
    "engine",
    "letter",
    "garden",
    "silver",
    "bridge",
]


def examples(count: int) -> list[TextExample]:
    return [
        TextExample(
            f"{WORDS[at % 10]} {WORDS[at // 10 % 10]} {at * 7919} {WORDS[at // 3 % 10]}",
            ("ab"[at % 4 == 0],),
        )
        for at in range(count)
    ]


def test_in_proportion_and_seeded() -> None:
    made = table(examples(400))
    parts = stratified_split(made, 0.25, seed=1)
    assert len(parts.dev) == 100
    assert Counter(e.labels[0] for e in parts.dev) == {"a": 75, "b": 25}
    assert stratified_split(made, 0.25, seed=1) == parts
    assert stratified_split(made, 0.25, seed=2) != parts


def test_duplicates_stay_together() -> None:
    same = [
        TextExample("My card was charged twice yesterday in the shop!", ("a",)) for _ in range(9)
    ]
    near = [TextExample("my card was charged twice yesterday in the shop", ("a",))]
    parts = stratified_split(table([*examples(60), *same, *near]), 0.3, seed=3)
    sides = [sum("charged" in e.text for e in side) for side in (parts.train, parts.dev)]
    assert sorted(sides) == [0, 10]


def test_near_duplicates_share_a_group() -> None:
    groups = group_duplicates(
        [
            "the quick brown fox jumps over the lazy dog by the river",
            "the quick brown fox jumps over the lazy dog by the rivers",
            "something else entirely",
        ]
    )
    assert groups[0] == groups[1] != groups[2]


def test_own_split_knows_the_names_of_parts() -> None:
    made = [
        TextExample("x", ("a",), split=name) for name in ("train", "oos_train", "val", "oos_val")
    ]
    parts = predefined_split(table(made))
    assert parts is not None
    assert (len(parts.train), len(parts.dev)) == (2, 2)
