"""Labelled reviews that a head alone learns, for tests of the agent and its tools."""

from __future__ import annotations

import csv
from pathlib import Path

MOODS = {
    "up": ("how glad I am", "we loved it", "a joy to use", "so well made"),
    "down": ("how sad I am", "we hated it", "a pain to use", "so badly made"),
}
REVIEWS = [(f"{t} {n}", mood) for n in range(6) for mood, texts in MOODS.items() for t in texts]


def write_reviews(folder: Path) -> Path:
    """Write 48 labelled reviews to ``reviews.csv``."""
    path = folder / "reviews.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *REVIEWS])
    return path


def write_inbox(folder: Path) -> Path:
    """Write two reviews without labels to ``inbox.csv``."""
    path = folder / "inbox.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text",), ("we loved it",), ("we hated it",)])
    return path
