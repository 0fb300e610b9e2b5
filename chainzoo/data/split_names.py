"""The names that data sets give their splits."""

from __future__ import annotations

import re

PATTERNS = {
    "train": re.compile(r"(?:^|[_\-. ])train(?:ing)?$", re.IGNORECASE),
    "dev": re.compile(
        r"(?:^|[_\-. ])(?:val|valid|validation|dev|development|eval)$", re.IGNORECASE
    ),
    "test": re.compile(r"(?:^|[_\-. ])test(?:ing)?$", re.IGNORECASE),
}


def canonical_split(name: str) -> str | None:
    """Return ``train``, ``dev`` or ``test`` for the name of a split, or ``None``.

    >>> canonical_split("oos_train")
    'train'
    """
    stripped = name.strip()
    return next((split for split, pattern in PATTERNS.items() if pattern.search(stripped)), None)


def is_split_name(name: str) -> bool:
    """Return whether ``name`` is the name of a split."""
    return canonical_split(name) is not None
