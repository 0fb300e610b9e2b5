"""The names that data sets give their parts."""

from __future__ import annotations

import re

TRAIN = re.compile(r"(?:^|[_\-. ])train(?:ing)?$", re.IGNORECASE)
DEV = re.compile(r"(?:^|[_\-. ])(?:val|valid|validation|dev|development|eval)$", re.IGNORECASE)
TEST = re.compile(r"(?:^|[_\-. ])test(?:ing)?$", re.IGNORECASE)


def part_of(name: str) -> str | None:
    """``train``, ``dev`` or ``test`` for the name of a split; ``oos_train`` is train too."""
    for part, pattern in (("train", TRAIN), ("dev", DEV), ("test", TEST)):
        if pattern.search(name.strip()):
            return part
    return None


def is_split_name(name: str) -> bool:
    """Whether a name is one that splits have."""
    return part_of(name) is not None
