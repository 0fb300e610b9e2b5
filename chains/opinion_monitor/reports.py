"""Query the store: time ranges, and rows of counts and shares by subject."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from chains.opinion_monitor.alerts import format_window
from chains.opinion_monitor.config import DAY
from chains.opinion_monitor.store import MonitorStore
from chains.opinion_monitor.subjects import Subject
from chains.opinion_monitor.time_series import NO_POSTS, CountSeries
from chainzoo import DataError

COLUMNS = ("window", "kind", "name", "posts", "positive", "neutral", "negative", "mean")


def parse_day(text: str) -> float:
    """Return the start of a day, or a moment, in seconds since 1970; UTC without a zone.

    Raises:
        DataError: the text is neither.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise DataError(f"{text!r} is not a day.", remedy="Write it as 2024-05-31.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def time_range(store: MonitorStore, since: str | None, until: str | None) -> tuple[float, float]:
    """Return the half-open range from the start of ``since`` to the end of ``until``.

    Without them, the range holds all stored posts.

    Raises:
        DataError: a day cannot be parsed, or the store has no posts.
    """
    first, last = stored_span(store)
    start = parse_day(since) if since else first
    if until is None:
        return start, last + 1
    is_day = len(until) <= len("2024-05-31")
    return start, parse_day(until) + (DAY if is_day else 0)


def stored_span(store: MonitorStore) -> tuple[float, float]:
    """Return the times of the first and the last post.

    Raises:
        DataError: the store has no posts.
    """
    span = store.time_span()
    if span is None:
        raise DataError("it has no posts yet.", file=store.path, remedy="Run the monitor first.")
    return span


def report_rows(
    series: CountSeries,
    kind: str | None = None,
    name: str | None = None,
    by_window: bool = False,
) -> list[dict[str, Any]]:
    """Return a row of ``COLUMNS`` a subject, most posts first; or a row a subject and window."""
    rows = [
        _row(series, subject, starts)
        for subject in series.subjects()
        if kind in (None, subject[0]) and name in (None, subject[1])
        for starts in _groups(series.starts(subject), by_window)
    ]
    if by_window:
        return sorted(rows, key=lambda row: (row["window"], row["kind"], row["name"]))
    return sorted(rows, key=lambda row: (-row["posts"], row["kind"], row["name"]))


def _groups(starts: list[int], by_window: bool) -> Iterator[list[int]]:
    if by_window:
        yield from ([start] for start in starts)
    else:
        yield starts


def _row(series: CountSeries, subject: Subject, starts: list[int]) -> dict[str, Any]:
    """Return the counts of a subject in some windows; ``window`` names the first and the last."""
    counts = sum((series.get(subject, start) for start in starts), NO_POSTS)
    ends = dict.fromkeys(
        format_window(start, start + series.window_seconds) for start in (starts[0], starts[-1])
    )
    return {
        "window": " – ".join(ends),
        "kind": subject[0],
        "name": subject[1],
        "posts": counts.posts,
        "positive": round(counts.share("positive"), 3),
        "neutral": round(counts.share("neutral"), 3),
        "negative": round(counts.share("negative"), 3),
        "mean": round(counts.mean_sentiment, 3),
    }
