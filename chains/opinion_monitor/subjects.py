"""Subjects: what posts are counted under."""

from __future__ import annotations

Subject = tuple[str, str]  # Kind and name, such as ("topic", "railway").

ALL_POSTS: Subject = ("all", "all posts")
KINDS = ("all", "topic", "ticker", "entity")


def display_name(subject: Subject) -> str:
    """Return the name that reports show, such as ``topic railway``."""
    kind, name = subject
    return name if kind == ALL_POSTS[0] else f"{kind} {name}"
