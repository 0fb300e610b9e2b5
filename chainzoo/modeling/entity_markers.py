"""Token ids of a text with two marked arguments, shortened around them where they are too many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chainzoo.errors import TaskError

Range = tuple[int, int]
# Around the first and the second argument: characters that every vocabulary has.
MARKERS = ("$", "#")


@dataclass(frozen=True, slots=True)
class MarkedIds:
    """Token ids with markers, and for each argument the range from its first marker up to its last.

    The ranges are in the order in which the arguments are named, not in that of the text.
    """

    ids: tuple[int, ...]
    first: Range
    second: Range

    def shifted(self, offset: int) -> tuple[Range, Range]:
        """The ranges after ``offset`` more ids before the text."""
        a, b = self.first, self.second
        return (a[0] + offset, a[1] + offset), (b[0] + offset, b[1] + offset)


def mark_arguments(
    pieces: Sequence[Sequence[int]], markers: Sequence[Sequence[int]], *, reversed_: bool
) -> MarkedIds:
    """Join the ids of a text with markers around its arguments.

    Args:
        pieces: ids before, of, between, of and after the two arguments, in the order of the text.
        markers: ids of the markers of the first and of the second argument.
        reversed_: whether the second argument precedes the first in the text.
    """
    ids: list[int] = list(pieces[0])
    ranges: list[Range] = []
    for place, (argument, rest) in enumerate(((pieces[1], pieces[2]), (pieces[3], pieces[4]))):
        marker = markers[1 - place if reversed_ else place]
        start = len(ids)
        ids += [*marker, *argument]
        ranges.append((start, len(ids)))
        ids += [*marker, *rest]
    first, second = (ranges[1], ranges[0]) if reversed_ else (ranges[0], ranges[1])
    return MarkedIds(tuple(ids), first, second)


def shorten(marked: MarkedIds, max_ids: int) -> MarkedIds:
    """Cut the text to at most ``max_ids`` ids with both arguments in them.

    What precedes and follows the arguments is cut first, then the middle of what is between them.

    Raises:
        TaskError: the arguments alone are longer.
    """
    ids = marked.ids
    if len(ids) <= max_ids:
        return marked
    start = min(marked.first, marked.second)[0]
    end = max(marked.first, marked.second)[1]
    spare = max_ids - (end - start)
    if spare < 0:
        return _cut_between(marked, max_ids)
    begin = max(0, min(start - spare // 2, len(ids) - max_ids))
    first, second = MarkedIds(ids, marked.first, marked.second).shifted(-begin)
    return MarkedIds(ids[begin : begin + max_ids], first, second)


def _cut_between(marked: MarkedIds, max_ids: int) -> MarkedIds:
    """Cut ids out of the middle of what is between the arguments."""
    (start, left), (right, end) = sorted((marked.first, marked.second))
    size = min(end - start - max_ids + 2, max(right - left - 2, 0))
    if size <= 0:
        raise TaskError("max_length leaves no room for the arguments.", remedy="Raise max_length.")
    cut = (left + right) // 2 - size // 2
    kept = (*marked.ids[:cut], *marked.ids[cut + size :])

    def moved(span: Range) -> Range:
        return (span[0] - size, span[1] - size) if span[0] >= right else span

    shorter = MarkedIds(kept, moved(marked.first), moved(marked.second))
    return shorten(shorter, max(max_ids, end - start - size))
