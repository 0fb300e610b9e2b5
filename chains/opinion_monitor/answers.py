"""What is in the store, asked by date: rows of counts, shares and means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from chains.opinion_monitor.alerts import window_name
from chains.opinion_monitor.series import NOTHING, Series
from chains.opinion_monitor.store import Store
from chainzoo import DataError


def day_of(told: str) -> float:
    """The beginning of a day, or a moment, in UTC.

    Raises:
        DataError: it is none.
    """
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        raise DataError(f"{told!r} is no day.", remedy="Write it as 2024-05-31.") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def stretch(store: Store, since: str | None, until: str | None) -> tuple[float, float]:
    """From the beginning of the first day to the end of the last; all that is stored by default.

    Raises:
        DataError: a day cannot be read, or there is no post yet.
    """
    span = store.span()
    if span is None:
        raise DataError("there is no post in it yet.", file=store.path, remedy="Run the monitor.")
    begin = day_of(since) if since else span[0]
    if until is None:
        return begin, span[1] + 1
    whole_day = len(until) <= len("2024-05-31")
    return begin, day_of(until) + (timedelta(days=1).total_seconds() if whole_day else 0)


def rows_of(
    series: Series, kind: str | None = None, name: str | None = None, by_window: bool = False
) -> list[dict[str, Any]]:
    """A row a subject, the most talked of first; or a row a subject and window, by time."""
    rows = []
    for subject in series.subjects():
        if kind not in (None, subject[0]) or name not in (None, subject[1]):
            continue
        starts = series.starts(subject)
        groups = [[at] for at in starts] if by_window else [starts]
        for group in groups:
            cell = sum((series.get(subject, at) for at in group), NOTHING)
            ends = (group[0], group[-1])
            when = dict.fromkeys(window_name(at, at + series.seconds) for at in ends)
            rows.append(
                {
                    "window": " – ".join(when),
                    "kind": subject[0],
                    "name": subject[1],
                    "posts": cell.posts,
                    "positive": round(cell.share("positive"), 3),
                    "neutral": round(cell.share("neutral"), 3),
                    "negative": round(cell.share("negative"), 3),
                    "mean": round(cell.mean, 3),
                }
            )
    if by_window:
        return sorted(rows, key=lambda row: (row["window"], row["kind"], row["name"]))
    return sorted(rows, key=lambda row: (-row["posts"], row["kind"], row["name"]))
