"""Splits into a part to train on and a part to evaluate on, with duplicates kept together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainzoo.data.duplicates import group_duplicates
from chainzoo.data.split_names import canonical_split
from chainzoo.data.table import Table


@dataclass(frozen=True, slots=True)
class Split:
    """The two parts of a table."""

    train: tuple[Any, ...]
    dev: tuple[Any, ...]


def predefined_split(table: Table) -> Split | None:
    """Return the split that the file itself names: ``train`` with one of dev, val and test.

    Returns ``None`` if the file does not name both parts.
    """
    parts: dict[str, list[Any]] = defaultdict(list)
    for example in table.examples:
        parts[canonical_split(example.split or "") or ""].append(example)
    dev = parts.get("dev") or parts.get("test")
    if not parts.get("train") or not dev:
        return None
    return Split(tuple(parts["train"]), tuple(dev))


def stratified_split(table: Table, share: float, seed: int) -> Split:
    """Split off ``share`` of the rows as the dev part, the labels in proportion.

    Rows whose texts are the same or nearly the same go into one part, so that a model is not
    evaluated on what it was trained on. The same seed gives the same parts.
    """
    groups: dict[int, list[int]] = defaultdict(list)
    for row, group in enumerate(group_duplicates([e.text for e in table.examples])):
        groups[int(group)].append(row)
    dev_rows = _choose(_strata(table.examples, groups), groups, share, seed)
    if not dev_rows:
        dev_rows.update(groups[min(groups)])
    return Split(
        tuple(example for row, example in enumerate(table.examples) if row not in dev_rows),
        tuple(example for row, example in enumerate(table.examples) if row in dev_rows),
    )


def _strata(
    examples: Sequence[Any], groups: Mapping[int, Sequence[int]]
) -> dict[tuple[str, ...], list[int]]:
    """Group numbers by the labels of the group's first row."""
    strata: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for group, rows in groups.items():
        strata[tuple(sorted(set(examples[rows[0]].labels)))].append(group)
    return strata


def _choose(
    strata: Mapping[tuple[str, ...], Sequence[int]],
    groups: Mapping[int, Sequence[int]],
    share: float,
    seed: int,
) -> set[int]:
    """Choose rows of every stratum; what a small stratum cannot give is taken from the next."""
    random = np.random.default_rng(seed)
    chosen: set[int] = set()
    missing = 0.0
    for key in sorted(strata):
        members = [strata[key][int(at)] for at in random.permutation(len(strata[key]))]
        missing += share * sum(len(groups[group]) for group in members)
        for group in members[: max(len(members) - 1, 0)]:
            if missing < 0.5:
                break
            chosen.update(groups[group])
            missing -= len(groups[group])
    return chosen
