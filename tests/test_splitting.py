"""Splits: stratified, seeded, and with duplicates in one part."""

from __future__ import annotations

from collections import Counter

from chainzoo.data import Table, TextExample
from chainzoo.data.splitting import predefined_split, stratified_split

# Enough words that no two texts are near-duplicates.
WORDS = (
    "apple", "river", "stone", "cloud", "window", "engine", "letter", "garden", "silver", "bridge",
)  # fmt: skip


def build_table(examples: list[TextExample]) -> Table:
    labels = tuple(sorted({label for example in examples for label in example.labels}))
    return Table("made up", "text-classification", tuple(examples), labels)


def build_examples(count: int) -> list[TextExample]:
    return [
        TextExample(
            f"{WORDS[at % 10]} {WORDS[at // 10 % 10]} {at * 7919} {WORDS[at // 3 % 10]}",
            ("ab"[at % 4 == 0],),
        )
        for at in range(count)
    ]


def test_a_split_is_stratified_and_seeded() -> None:
    table = build_table(build_examples(400))
    parts = stratified_split(table, 0.25, seed=1)
    assert len(parts.dev) == 100
    assert Counter(e.labels[0] for e in parts.dev) == {"a": 75, "b": 25}
    assert stratified_split(table, 0.25, seed=1) == parts
    assert stratified_split(table, 0.25, seed=2) != parts


def test_duplicates_are_in_one_part() -> None:
    same = [
        TextExample("My card was charged twice yesterday in the shop!", ("a",)) for _ in range(9)
    ]
    near = [TextExample("my card was charged twice yesterday in the shop", ("a",))]
    parts = stratified_split(build_table([*build_examples(60), *same, *near]), 0.3, seed=3)
    counts = [sum("charged" in e.text for e in part) for part in (parts.train, parts.dev)]
    assert sorted(counts) == [0, 10]


def test_the_names_of_predefined_splits_are_known() -> None:
    names = ("train", "oos_train", "val", "oos_val")
    parts = predefined_split(build_table([TextExample("x", ("a",), split=n) for n in names]))
    assert parts is not None
    assert (len(parts.train), len(parts.dev)) == (2, 2)


def test_a_file_with_one_split_has_no_predefined_split() -> None:
    table = build_table([TextExample("x", ("a",), split="train")] * 2)
    assert predefined_split(table) is None
