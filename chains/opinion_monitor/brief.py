"""A day in sentences. All figures are computed from the store; no model writes text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from chains.opinion_monitor.alerts import AlertRecord
from chains.opinion_monitor.config import DAY
from chains.opinion_monitor.reports import parse_day, stored_span
from chains.opinion_monitor.sentiments import SENTIMENTS
from chains.opinion_monitor.store import MonitorStore
from chains.opinion_monitor.subjects import ALL_POSTS, Subject
from chains.opinion_monitor.time_series import NO_POSTS, CountSeries, WindowCounts

WEEKS = 4  # Weeks before the day that it is compared with.
WEEK = 7 * DAY
MAX_SUBJECTS = 5  # Subjects of a kind, and subjects of changed sentiment, that are named.
MIN_SENTIMENT_CHANGE = 0.2  # Of the mean, for a subject to be named.
MIN_POSTS = 5  # On the day, for the sentiment of a subject to be compared.
PLURALS = (("topic", "topics"), ("ticker", "tickers"), ("entity", "names"))


@dataclass(frozen=True, slots=True)
class SubjectSummary:
    """A subject on the day. ``usual_posts`` is the median of the same weekday before."""

    kind: str
    name: str
    posts: int
    usual_posts: float
    mean: float
    mean_before: float
    negative: float

    @property
    def subject(self) -> Subject:
        """The kind and the name."""
        return self.kind, self.name


@dataclass(frozen=True, slots=True)
class DailyBrief:
    """The figures of a day, and the sentences about them."""

    day: str
    subjects: tuple[SubjectSummary, ...]
    alerts: tuple[AlertRecord, ...]
    text: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def daily_brief(store: MonitorStore, day: str | None = None) -> DailyBrief:
    """Return the brief of a day in UTC; without one, of the last day with a post.

    Raises:
        DataError: the store has no posts, or the day cannot be parsed.
    """
    first, last = stored_span(store)
    start = int((parse_day(day) if day else last) // DAY * DAY)
    series = daily_counts(store.series(start - WEEKS * WEEK, start + DAY))
    summaries = [_summarize(series, subject, start, first) for subject in series.subjects()]
    summaries.sort(key=lambda summary: (-summary.posts, summary.kind, summary.name))
    alerts = tuple(a for a in store.alerts(start, start + DAY) if start <= a["start"])
    name = f"{datetime.fromtimestamp(start, UTC):%A, %-d %B %Y}"
    lines = _lines(name, summaries, series.get(ALL_POSTS, start), alerts)
    return DailyBrief(name, tuple(summaries), alerts, "\n".join(lines))


def daily_counts(series: CountSeries) -> CountSeries:
    """Sum the counts of a series by day."""
    by_day = CountSeries(DAY)
    for subject in series.subjects():
        for start in series.starts(subject):
            day = by_day.window_start(start)
            by_day.set(subject, day, by_day.get(subject, day) + series.get(subject, start))
    return by_day


def _summarize(series: CountSeries, subject: Subject, day: int, first: float) -> SubjectSummary:
    counts = series.get(subject, day)
    same_weekday = [day - week * WEEK for week in range(1, WEEKS + 1)]
    volumes = [series.get(subject, start).posts for start in same_weekday if start + DAY > first]
    days_before = [day - n * DAY for n in range(1, WEEKS * 7 + 1)]
    before = sum((series.get(subject, start) for start in days_before), NO_POSTS)
    return SubjectSummary(
        *subject,
        counts.posts,
        float(np.median(volumes)) if volumes else 0.0,
        round(counts.mean_sentiment, 3),
        round(before.mean_sentiment, 3),
        round(counts.share("negative"), 3),
    )


def _lines(
    day: str,
    summaries: Sequence[SubjectSummary],
    counts: WindowCounts,
    alerts: Sequence[AlertRecord],
) -> Iterator[str]:
    """Yield the lines of the brief; ``counts`` are those of all posts on the day."""
    overall = next((s for s in summaries if s.subject == ALL_POSTS), None)
    if overall is None or overall.posts == 0:
        yield f"{day}: no posts."
        return
    shares = ", ".join(f"{counts.share(sentiment):.0%} {sentiment}" for sentiment in SENTIMENTS)
    yield (
        f"{day}: {_count_posts(overall.posts)}{_usual(overall)}."
        f" {shares}; mean sentiment {counts.mean_sentiment:+.2f}."
    )
    yield from _most_discussed(summaries)
    yield from _changed_sentiment(summaries)
    if not alerts:
        yield "No alert."
    for alert in alerts:
        yield f"Alert, {alert['text']}."
        if alert["example_posts"]:
            yield f'  Among its posts: "{" ".join(alert["example_posts"][0]["text"].split())}"'


def _most_discussed(summaries: Sequence[SubjectSummary]) -> Iterator[str]:
    for kind, plural in PLURALS:
        top = [s for s in summaries if s.kind == kind and s.posts][:MAX_SUBJECTS]
        if top:
            names = ", ".join(f"{s.name} {s.posts:,}{_usual(s)}" for s in top)
            yield f"Most discussed {plural}: {names}."


def _changed_sentiment(summaries: Sequence[SubjectSummary]) -> Iterator[str]:
    changed = [
        s
        for s in summaries
        if s.kind != ALL_POSTS[0]
        and s.posts >= MIN_POSTS
        and abs(s.mean - s.mean_before) >= MIN_SENTIMENT_CHANGE
    ]
    changed.sort(key=lambda s: -abs(s.mean - s.mean_before))
    for s in changed[:MAX_SUBJECTS]:
        direction = "more positive" if s.mean > s.mean_before else "more negative"
        yield (
            f"{s.kind.capitalize()} {s.name}: {direction} than in the four weeks before, mean"
            f" sentiment {s.mean:+.2f} against {s.mean_before:+.2f} in {_count_posts(s.posts)},"
            f" {s.negative:.0%} of them negative."
        )


def _count_posts(count: int) -> str:
    return f"{count:,} post{'' if count == 1 else 's'}"


def _usual(summary: SubjectSummary) -> str:
    return f" (usually {summary.usual_posts:g})" if summary.usual_posts else ""
