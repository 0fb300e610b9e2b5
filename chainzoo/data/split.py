"""Parts to learn from and to judge by: stratified, seeded, and with duplicates kept together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainzoo.data.duplicates import duplicate_groups
from chainzoo.data.examples import Table
from chainzoo.data.read import labels_of

TRAIN_NAMES = ("train", "training")
DEV_NAMES = ("dev", "val", "valid", "validation", "test")


@dataclass(frozen=True, slots=True)
class Split:
    """Two parts of a table."""

    train: tuple[Any, ...]
    dev: tuple[Any, ...]


def own_split(table: Table) -> Split | None:
    """The parts that the file itself names: ``train`` and one of dev, val, test; or ``None``."""
    names = {example.split for example in table.examples if example.split}
    train = next((name for name in TRAIN_NAMES if name in names), None)
    dev = next((name for name in DEV_NAMES if name in names), None)
    if train is None or dev is None:
        return None
    # Parts such as CLINC150's "oos_train" belong to the part whose name they end in.
    return Split(
        tuple(e for e in table.examples if _ends(e.split, train)),
        tuple(e for e in table.examples if _ends(e.split, dev)),
    )


def _ends(split: str | None, name: str) -> bool:
    return split is not None and (split == name or split.endswith(f"_{name}"))


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
    rows = range(len(table.examples))
    return Split(
        tuple(table.examples[row] for row in rows if row not in held),
        tuple(table.examples[row] for row in rows if row in held),
    )
