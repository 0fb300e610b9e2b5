"""A day in words. Every figure is computed from the store; nothing is written by a model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from chains.opinion_monitor.answers import day_of
from chains.opinion_monitor.config import DAY
from chains.opinion_monitor.posts import Subject
from chains.opinion_monitor.series import ALL, NOTHING, Cell, Series
from chains.opinion_monitor.store import Store
from chainzoo import DataError

WEEKS = 4
NAMED = 5  # Subjects of a kind that are named.
MOVED = 0.2  # Change of the mean mood that is told.
FEW = 5  # Posts below which a mood is not compared.


@dataclass(frozen=True, slots=True)
class Line:
    """A subject on the day and on a usual day: the median of the same weekday before."""

    kind: str
    name: str
    posts: int
    usual: float
    mean: float
    mean_before: float
    negative: float


@dataclass(frozen=True, slots=True)
class Brief:
    """The figures of a day, and the words around them."""

    day: str
    lines: tuple[Line, ...]
    alerts: tuple[dict[str, Any], ...]
    text: str

    def as_dict(self) -> dict[str, Any]:
        """What becomes the JSON of it."""
        return asdict(self)


def brief_of(store: Store, day: str | None = None) -> Brief:
    """The brief of a day; of the last day with a post when none is named.

    Raises:
        DataError: there is no post yet, or the day cannot be read.
    """
    span = store.span()
    if span is None:
        raise DataError("there is no post in it yet.", file=store.path, remedy="Run the monitor.")
    begin = (day_of(day) if day else span[1]) // DAY * DAY
    series = daily(store.series(begin - WEEKS * 7 * DAY, begin + DAY))
    lines = tuple(_line(series, subject, int(begin), span[0]) for subject in series.subjects())
    lines = tuple(sorted(lines, key=lambda line: (-line.posts, line.kind, line.name)))
    alerts = tuple(a for a in store.alerts(begin, begin + DAY) if begin <= a["start"])
    name = f"{datetime.fromtimestamp(begin, UTC):%A, %-d %B %Y}"
    return Brief(name, lines, alerts, _words(name, lines, alerts, store, begin))


def daily(series: Series) -> Series:
    """The same counts by day."""
    found = Series(DAY)
    for subject in series.subjects():
        for start in series.starts(subject):
            day = found.start(start)
            found.put(subject, day, found.get(subject, day) + series.get(subject, start))
    return found


def _line(series: Series, subject: Subject, day: int, first: float) -> Line:
    cell = series.get(subject, day)
    same = [day - week * 7 * DAY for week in range(1, WEEKS + 1)]
    counts = [series.get(subject, at).posts for at in same if at + DAY > first]
    past = sum((series.get(subject, day - n * DAY) for n in range(1, WEEKS * 7 + 1)), NOTHING)
    usual = float(np.median(counts)) if counts else 0.0
    return Line(
        *subject,
        cell.posts,
        usual,
        round(cell.mean, 3),
        round(past.mean, 3),
        round(cell.share("negative"), 3),
    )


def _words(
    name: str, lines: tuple[Line, ...], alerts: tuple[dict[str, Any], ...], store: Store, day: float
) -> str:
    whole = next((line for line in lines if (line.kind, line.name) == ALL), None)
    if whole is None or whole.posts == 0:
        return f"{name}: no posts."
    cell = daily(store.series(day, day + DAY)).get(ALL, int(day))
    said = [f"{name}: {_posts(whole.posts)}{_against(whole)}. {_mood(cell)}"]
    for kind, plural in (("topic", "topics"), ("ticker", "tickers"), ("entity", "names")):
        top = [line for line in lines if line.kind == kind and line.posts][:NAMED]
        if top:
            listed = ", ".join(f"{line.name} {line.posts:,}{_against(line)}" for line in top)
            said.append(f"Most talked of {plural}: {listed}.")
    moved = [
        line
        for line in lines
        if line.posts >= FEW and abs(line.mean - line.mean_before) >= MOVED and line.kind != "all"
    ]
    moved.sort(key=lambda line: -abs(line.mean - line.mean_before))
    for line in moved[:NAMED]:
        way = "better" if line.mean > line.mean_before else "worse"
        said.append(
            f"{line.kind.capitalize()} {line.name} was spoken of {way} than in the four weeks"
            f" before: mean mood {line.mean:+.2f} against {line.mean_before:+.2f} on"
            f" {_posts(line.posts)}, {line.negative:.0%} of them negative."
        )
    if not alerts:
        said.append("No alert.")
    for alert in alerts:
        said.append(f"Alert, {alert['text']}.")
        if alert["causes"]:
            said.append(f'  Among its posts: "{" ".join(alert["causes"][0]["text"].split())}"')
    return "\n".join(said)


def _posts(count: int) -> str:
    return f"{count:,} post{'' if count == 1 else 's'}"


def _against(line: Line) -> str:
    """How that compares with a usual day of the same weekday."""
    return f" (usually {line.usual:g})" if line.usual else ""


def _mood(cell: Cell) -> str:
    shares = (f"{cell.share(mood):.0%} {mood}" for mood in ("positive", "neutral", "negative"))
    return f"{', '.join(shares)}; mean mood {cell.mean:+.2f}."
