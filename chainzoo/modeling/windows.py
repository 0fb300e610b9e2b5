"""Split token ids that are longer than a model reads into overlapping windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from chainzoo.errors import TaskError

Ids = tuple[int, ...]
_special_tokens: WeakKeyDictionary[Any, tuple[Ids, Ids]] = WeakKeyDictionary()


def special_tokens(tokenizer: Any) -> tuple[Ids, Ids]:
    """The ids that a tokenizer puts before and after a single text."""
    cached = _special_tokens.get(tokenizer)
    if cached is None:  # Finding them takes as long as tokenizing a short text.
        cached = _special_tokens[tokenizer] = _find_special_tokens(tokenizer)
    return cached


def _find_special_tokens(tokenizer: Any) -> tuple[Ids, Ids]:
    plain = tokenizer("a", add_special_tokens=False)["input_ids"]
    complete = tokenizer("a")["input_ids"]
    for start in range(len(complete) - len(plain) + 1):
        if complete[start : start + len(plain)] == plain:
            return tuple(complete[:start]), tuple(complete[start + len(plain) :])
    return (), ()


def windows(length: int, size: int, stride: int) -> list[tuple[int, int]]:
    """Half-open ranges that cover ``length`` ids, each at most ``size`` long.

    Neighbours share ``stride`` ids. The last range ends at the end and is as long as the others, so
    that no window lacks context.

    Raises:
        TaskError: ``size`` is not positive.
    """
    if size <= 0:
        raise TaskError("max_length leaves no room for text.", remedy="Raise max_length.")
    if length <= size:
        return [(0, length)]
    step = max(1, size - stride)
    starts = list(range(0, length - size, step))
    return [(start, start + size) for start in [*starts, length - size]]


def most_central_windows(positions: Sequence[int], ranges: Sequence[tuple[int, int]]) -> list[int]:
    """For each position, the index of the range in which it has the most context on both sides."""

    def context(position: int, index: int) -> int:
        start, end = ranges[index]
        return min(position - start, end - 1 - position)

    return [
        max(range(len(ranges)), key=lambda index, at=position: context(at, index))  # type: ignore[misc]
        for position in positions
    ]
