"""How soon real surges would be found and how many alerts are false: on posts as they are stored.

Surges are planted: posts of a subject, drawn from its own, are added within a day that begins at a
random hour; for a change of mood, posts are made negative. The rule then sees the posts as they
come, hour by hour. False alerts are counted on the posts without any plant: once as they are
(where some shifts are real, so this is too many), and once on posts whose times are drawn anew from
the slow course of each subject and its weekdays, where nothing happens at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from chains.opinion_monitor.alerts import Watcher
from chains.opinion_monitor.change import RECENT, season
from chains.opinion_monitor.config import DAY, MONTH_DAYS, AlertRule, MonitorConfig
from chains.opinion_monitor.posts import Subject
from chains.opinion_monitor.series import ONE, Cell, Series
from chains.opinion_monitor.store import Store
from chainzoo import DataError

HOUR = 3_600
LASTS = DAY  # A surge.
WAIT = 4 * DAY  # After which a surge counts as missed.
Moods = list[tuple[float, str, int]]  # Time, mood, value.


@dataclass(frozen=True, slots=True)
class Found:
    """What became of the surges of one kind and size. Delays are hours after the surge began."""

    kind: str
    size: float
    draws: int
    found: int
    posts: float
    delay: float | None
    delay_90: float | None


@dataclass(frozen=True, slots=True)
class Backtest:
    """Surges found, and false alerts a month, of all subjects together."""

    HEADER = ("planted", "times usual", "posts", "found", "delay h, median", "delay h, 90 %")
    subjects: int
    planted: int
    months: float
    alerts: int
    false_a_month: float
    quiet_alerts: int
    quiet_a_month: float
    rows: tuple[Found, ...]

    def table(self) -> list[list[Any]]:
        """The rows below ``HEADER``."""
        return [
            [r.kind, r.size, round(r.posts, 1), f"{r.found} of {r.draws}"]
            + ["–" if d is None else round(d, 1) for d in (r.delay, r.delay_90)]
            for r in self.rows
        ]

    def summary(self) -> str:
        """How many alerts there are without a plant."""
        return (
            f"{self.subjects:,} subjects, planted into {self.planted} of them that are spoken of steadily."
            f" {self.months:.1f} months without a plant: {self.alerts}"
            f" alerts, {self.false_a_month:.2f} a month if none of them were real; with times drawn"
            f" anew so that nothing happens: {self.quiet_alerts}, {self.quiet_a_month:.2f} a month."
        )

    def as_dict(self) -> dict[str, Any]:
        """What becomes the JSON of it."""
        return asdict(self)


def backtest(
    store: Store,
    *,
    kind: str = "topic",
    sizes: Sequence[float] = (2, 4, 8),
    draws: int = 50,
    rule: AlertRule | None = None,
    seed: int = 13,
) -> Backtest:
    """Plant surges into the stored posts of the subjects of a kind.

    Raises:
        DataError: there is too little: no subject has a post every other window, for long enough.
    """
    config = MonitorConfig(
        sentiment="stored",
        window="day" if store.seconds == DAY else "hour",
        rule=rule or AlertRule(),
    )
    chance = np.random.default_rng(seed)
    series = _of_kind(store.series(), kind)
    subjects = _watched(series, config)
    if not subjects:
        raise DataError(
            f"there are too few posts of any {kind} for a backtest.",
            file=store.path,
            remedy=f"It needs more than {config.least_history} windows, with posts in most.",
        )
    posts = {subject: _moods(store, subject) for subject in subjects}
    alerts, months = _false_alerts(config, series)
    quiet = sum(
        _false_alerts(config, _quiet(series, chance))[0] for _ in range(3)
    )  # Three, for a steadier figure.
    rows = [
        _planted(config, series, posts, what, size, draws, chance)
        for what in ("volume", "negative")
        for size in sizes
    ]
    return Backtest(
        len(list(series.subjects())),
        len(subjects),
        round(months, 2),
        alerts,
        round(alerts / months, 3),
        quiet,
        round(quiet / months / 3, 3),
        tuple(rows),
    )


def _of_kind(series: Series, kind: str) -> Series:
    found = Series(series.seconds)
    for subject in series.subjects():
        if subject[0] == kind:
            for start in series.starts(subject):
                found.put(subject, start, series.get(subject, start))
    return found


def _span(series: Series) -> range:
    ends = [series.starts(subject)[-1] for subject in series.subjects()]
    return range(series.first or 0, max(ends, default=0) + 1, series.seconds)


def _watched(series: Series, config: MonitorConfig) -> list[Subject]:
    windows = len(_span(series))
    if windows <= config.least_history + WAIT // series.seconds:
        return []
    return [s for s in series.subjects() if len(series.starts(s)) >= windows / 2]


def _moods(store: Store, subject: Subject) -> Moods:
    rows = store.posts(*subject, 0, 1e18)
    return [(row["time"], row["sentiment"], row["value"]) for row in rows]


def _false_alerts(config: MonitorConfig, series: Series) -> tuple[int, float]:
    """Alerts where nothing is planted, and the months that were judged."""
    watcher, alerts = Watcher(config, series), 0
    windows = _span(series)[config.least_history :]
    for start in windows:
        found = watcher.judge(start)
        watcher.note(found)
        alerts += len(found)
    return alerts, len(windows) * series.seconds / DAY / MONTH_DAYS


def _quiet(series: Series, chance: np.random.Generator) -> Series:
    """The same subjects with nothing happening: counts by chance around the slow course."""
    quiet, windows = Series(series.seconds), _span(series)
    reach = RECENT * DAY // series.seconds
    for subject in series.subjects():
        cells = [series.get(subject, at) for at in windows]
        counts = np.array([cell.posts for cell in cells], float)
        seasons = np.array([season(at, series.seconds) for at in windows])
        around = np.ones(2 * reach + 1)
        inside = slice(reach, reach + len(counts))
        sums, of = (np.convolve(x, around)[inside] for x in (counts, np.ones(len(counts))))
        course = sums / of
        mine = {s: counts[seasons == s].mean() / counts.mean() for s in np.unique(seasons)}
        means = course * np.array([mine[s] for s in seasons])
        shares = np.array([[c.positive, c.neutral, c.negative] for c in cells]).sum(axis=0)
        for start, mean in zip(windows, means, strict=True):
            moods = chance.multinomial(chance.poisson(mean), shares / shares.sum())
            if moods.sum():
                value = int(moods[0] - moods[2]) * ONE
                quiet.put(
                    subject,
                    start,
                    Cell(sum(map(int, moods)), int(moods[0]), int(moods[1]), int(moods[2]), value),
                )
    quiet.first = series.first
    return quiet


def _planted(
    config: MonitorConfig,
    series: Series,
    posts: dict[Subject, Moods],
    what: str,
    size: float,
    draws: int,
    chance: np.random.Generator,
) -> Found:
    windows, subjects = _span(series), list(posts)
    delays, added = [], []
    for _ in range(draws):
        subject = subjects[int(chance.integers(len(subjects)))]
        first = windows[config.least_history]
        begin = first + int(chance.integers((windows[-1] - WAIT - first) // HOUR)) * HOUR
        own = posts[subject]
        usual = _usual(series, subject, begin)
        if what == "volume":
            more = [
                (begin + float(at), *own[int(chance.integers(len(own)))][1:])
                for at in np.sort(chance.uniform(0, LASTS, max(1, round(size * usual))))
            ]
        else:  # A usual day's posts and so many times more would hide in volume: moods turn only.
            more = [
                (begin + float(at), "negative", -ONE)
                for at in np.sort(chance.uniform(0, LASTS, max(1, round(size * usual / 2))))
            ]
        added.append(len(more))
        delays.append(_delay(config, series, subject, own, more, begin))
    found = [delay for delay in delays if delay is not None]
    return Found(
        what,
        size if what == "volume" else size / 2,
        draws,
        len(found),
        float(np.mean(added)),
        float(np.median(found)) if found else None,
        float(np.quantile(found, 0.9)) if found else None,
    )


def _usual(series: Series, subject: Subject, begin: int) -> float:
    """Posts on a day, in the four weeks before."""
    past = series.history(subject, series.start(begin), RECENT * DAY // series.seconds)
    return max(0.5, float(sum(cell.posts for cell in past)) * DAY / series.seconds / len(past))


def _delay(
    config: MonitorConfig, series: Series, subject: Subject, own: Moods, more: Moods, begin: int
) -> float | None:
    """Hours from the surge's beginning to its alert, looked at every hour."""
    mine = Series(series.seconds)
    for other in series.subjects():
        for start in series.starts(other):
            if series.start(begin) - config.history * series.seconds <= start < series.start(begin):
                mine.put(other, start, series.get(other, start))
    mine.first = series.first
    watcher = Watcher(config, mine)
    end = begin + WAIT
    coming = sorted([p for p in own if series.start(begin) <= p[0] < end] + more)
    at = 0
    lateness = config.lateness_hours * HOUR
    closed = series.start(begin)
    for now in range(begin + HOUR, end + 1, HOUR):
        before = at
        while at < len(coming) and coming[at][0] < now:
            mine.add(subject, mine.start(coming[at][0]), *coming[at][1:])
            at += 1
        # An open window in which nothing was added would be judged as it was.
        alerts = watcher.judge(mine.start(now - 1), still_open=True) if at > before else []
        while closed + series.seconds + lateness <= now:
            alerts += watcher.judge(closed)
            closed += series.seconds
        if any((alert.kind, alert.name) == subject for alert in alerts):
            return (now - begin) / HOUR
    return None
