"""Parts to learn from and to judge by: stratified, seeded, and with duplicates kept together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainzoo.data.duplicates import duplicate_groups
from chainzoo.data.examples import Table
from chainzoo.data.read import labels_of
from chainzoo.data.split_names import part_of


@dataclass(frozen=True, slots=True)
class Split:
    """Two parts of a table."""

    train: tuple[Any, ...]
    dev: tuple[Any, ...]


def own_split(table: Table) -> Split | None:
    """The parts that the file itself names: ``train`` and one of dev, val, test; or ``None``."""
    parts: dict[str, list[Any]] = defaultdict(list)
    for example in table.examples:
        parts[part_of(example.split or "") or ""].append(example)
    dev = parts.get("dev") or parts.get("test")
    if not parts.get("train") or not dev:
        return None
    return Split(tuple(parts["train"]), tuple(dev))


def split(table: Table, holdout: float, seed: int) -> Split:
    """Set ``holdout`` of the rows aside, the labels in proportion.

    Rows whose texts are the same or nearly so go into one part, so that nothing is judged on what
    was learnt. The same seed gives the same parts.
    """
    groups: dict[int, list[int]] = defaultdict(list)
    for row, group in enumerate(duplicate_groups([e.text for e in table.examples])):
        groups[int(group)].append(row)
    strata: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for group, rows in groups.items():
        strata[tuple(sorted(set(labels_of(table.examples[rows[0]]))))].append(group)
    random = np.random.default_rng(seed)
    held: set[int] = set()
    owed = 0.0  # What small strata could not give whole is asked of the next.
    for key in sorted(strata):
        members = [strata[key][int(at)] for at in random.permutation(len(strata[key]))]
        owed += holdout * sum(len(groups[group]) for group in members)
        for group in members[: max(len(members) - 1, 0)]:
            if owed < 0.5:
                break
            held.update(groups[group])
            owed -= len(groups[group])
    if not held:
        held.update(groups[sorted(groups)[0]])
    everything = range(len(table.examples))
    return Split(
        tuple(table.examples[row] for row in everything if row not in held),
        tuple(table.examples[row] for row in everything if row in held),
    )
