"""Cutting token ids that are longer than a model reads into windows that overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from chainzoo.errors import TaskError

Ids = tuple[int, ...]
_special: WeakKeyDictionary[Any, tuple[Ids, Ids]] = WeakKeyDictionary()


def special_tokens(tokenizer: Any) -> tuple[Ids, Ids]:
    """The ids that a tokenizer puts before and after a single text."""
    known = _special.get(tokenizer)
    if known is None:  # To look takes as long as to read a short text.
        known = _special[tokenizer] = _around(tokenizer)
    return known


def _around(tokenizer: Any) -> tuple[Ids, Ids]:
    bare = tokenizer("a", add_special_tokens=False)["input_ids"]
    dressed = tokenizer("a")["input_ids"]
    for start in range(len(dressed) - len(bare) + 1):
        if dressed[start : start + len(bare)] == bare:
            return tuple(dressed[:start]), tuple(dressed[start + len(bare) :])
    return (), ()


def windows(length: int, size: int, stride: int) -> list[tuple[int, int]]:
    """Half-open ranges that cover ``length`` ids, each at most ``size`` long.

    Neighbours share ``stride`` ids. The last one ends at the end and is as long as the others, so
    that no window is a stump with no context.

    Raises:
        TaskError: ``size`` leaves no room to move on.
    """
    if size <= 0:
        raise TaskError("max_length leaves no room for text.", remedy="Raise max_length.")
    if length <= size:
        return [(0, length)]
    step = max(1, size - stride)
    starts = list(range(0, length - size, step))
    return [(start, start + size) for start in [*starts, length - size]]


def owners(word_starts: Sequence[int], cuts: Sequence[tuple[int, int]]) -> list[int]:
    """For each word (by the id that starts it) the window in which it has the most context."""
    return [
        max(range(len(cuts)), key=lambda cut: min(at - cuts[cut][0], cuts[cut][1] - 1 - at))
        for at in word_starts
    ]
