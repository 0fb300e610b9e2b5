"""What inspections and hold-outs need to know of an example, with defaults for the plainest."""

from __future__ import annotations

from typing import Any


def identity_of(example: Any) -> tuple[str, ...]:
    """Return the parts that tell an example from all others: by default its text alone."""
    identity: tuple[str, ...] = getattr(example, "identity", (example.text,))
    return identity


def target_of(example: Any) -> tuple[Any, ...]:
    """Return what is learned from an example, in comparable form: by default its sorted labels."""
    target: tuple[Any, ...] = getattr(example, "target", tuple(sorted(example.labels)))
    return target


def preview_of(example: Any) -> tuple[str, list[str]]:
    """Return the text and the target to show of an example: by default its text and labels."""
    preview: tuple[str, list[str]] = getattr(
        example, "preview", (example.text, list(example.labels))
    )
    return preview


def label_noun_of(example: Any) -> str:
    """Return what an example's labels are called in the plural; ``""`` if it has no classes."""
    return str(getattr(example, "label_noun", "labels"))
