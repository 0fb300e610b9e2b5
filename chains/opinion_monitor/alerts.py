"""Alerts: which changes of a window are told, how grave they are, and in what words."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from chains.opinion_monitor.change import (
    Tested,
    false_discoveries,
    share_test,
    volume_test,
)
from chains.opinion_monitor.config import MonitorConfig
from chains.opinion_monitor.posts import Subject
from chains.opinion_monitor.series import Series, called

Measure = Literal["volume", "negative", "positive"]
MEASURES: tuple[Measure, ...] = ("volume", "negative", "positive")
SEVERITIES = ("notice", "warning", "critical")
WARNING, CRITICAL = 4.0, 8.0  # Powers of ten by which chance is ruled out.
FOLLOWED = 0.2  # Posts a window from which on a subject counts as one that is watched.


@dataclass(frozen=True, slots=True)
class Alert:
    """A shift in a window. ``start`` and ``end`` are seconds since 1970; ``open`` while it lasts."""

    kind: str
    name: str
    measure: Measure
    start: int
    end: int
    severity: str
    posts: int
    seen: float
    expected: float
    p: float
    open: bool

    @property
    def id(self) -> str:
        """The same for the same alert, however often it is found."""
        what = f"{self.kind}\x1f{self.name}\x1f{self.measure}\x1f{self.start}\x1f{self.severity}"
        return hashlib.sha256(what.encode()).hexdigest()[:16]

    def summary(self) -> str:
        """A sentence with what was seen and what was expected."""
        when = window_name(self.start, self.end)
        so_far = " so far" if self.open else ""
        if self.measure == "volume":
            times = f", {self.seen / self.expected:.1f} times" if self.expected >= 0.05 else ""
            said = f"{self.posts:,} posts{so_far}, expected about {self.expected:.1f}{times}"
        else:
            said = (
                f"{self.seen:.0%} of {self.posts:,} posts are {self.measure}, expected about"
                f" {self.expected:.0%}"
            )
        return f"{self.severity}: {called(self.kind, self.name)}, {when}: {said} (p {self.p:.1e})"

    def as_dict(self) -> dict[str, Any]:
        """What becomes the JSON of it."""
        return {"id": self.id, **asdict(self), "text": self.summary()}


def window_name(start: int, end: int) -> str:
    """A day, or a day and an hour, in UTC."""
    when = datetime.fromtimestamp(start, UTC)
    return f"{when:%Y-%m-%d}" if end - start >= 86_400 else f"{when:%Y-%m-%d %H:%M}"


class Watcher:
    """Tests windows against their past, and holds its peace after an alert for a while."""

    def __init__(self, config: MonitorConfig, series: Series) -> None:
        self.config, self.series = config, series
        self._told: dict[tuple[str, str, str], list[tuple[int, int]]] = {}

    def remember(self, alerts: Iterable[dict[str, Any]]) -> None:
        """Alerts of an earlier time, for the cooldown."""
        for alert in alerts:
            self._note(alert["kind"], alert["name"], alert["measure"], alert["start"],
                       alert["severity"])  # fmt: skip

    def judge(self, start: int, *, still_open: bool = False) -> list[Alert]:
        """The alerts of a window.

        While it is open, only its volume is judged, against what a whole window has: a count that
        is too high already stays so, and looking often costs no false alerts.
        """
        rule = self.config.rule
        first = self.series.first
        waited = 0 if first is None else (start - first) // self.series.seconds
        if waited < self.config.least_history:
            return []
        tests = self._tests(start, still_open)
        if not tests or min(test.p for *_, test in tests) > self.config.level:
            return []
        watched = self._watched(start) * len(MEASURES)
        held = false_discoveries([t.p for *_, t in tests], watched, self.config.level)
        found = []
        for at in sorted(held):
            subject, measure, tested = tests[at]
            large = (
                tested.seen >= rule.least_ratio * tested.expected
                if measure == "volume"
                else tested.seen - tested.expected >= rule.least_shift
            )
            alert = self._alert(subject, measure, start, tested, still_open)
            if large and self._is_news(alert):
                found.append(alert)
        return found

    def note(self, alerts: Iterable[Alert]) -> None:
        """These were told."""
        for one in alerts:
            self._note(one.kind, one.name, one.measure, one.start, one.severity)

    def _tests(self, start: int, still_open: bool) -> list[tuple[Subject, Measure, Tested]]:
        length, seconds = self.config.history, self.series.seconds
        tests: list[tuple[Subject, Measure, Tested]] = []
        for subject in self.series.subjects():
            cell = self.series.get(subject, start)
            if cell.posts < self.config.rule.least_posts:
                continue
            past = self.series.history(subject, start, length)
            starts = range(start - len(past) * seconds, start, seconds)
            tests.append((subject, "volume", volume_test(past, starts, cell, start, seconds)))
            if not still_open:
                tests.append((subject, "negative", share_test(past, cell, "negative")))
                tests.append((subject, "positive", share_test(past, cell, "positive")))
        return tests

    def _watched(self, start: int) -> int:
        """Subjects that could have raised an alert: those with a past, and those here in number."""
        length = self.config.history
        since = start - length * self.series.seconds
        least = self.config.rule.least_posts
        return sum(
            self.series.total(subject, since, start) >= FOLLOWED * length
            or self.series.get(subject, start).posts >= least
            for subject in self.series.subjects()
        )

    def _alert(
        self, subject: Subject, measure: Measure, start: int, tested: Tested, still_open: bool
    ) -> Alert:
        surprise = -math.log10(max(tested.p, 1e-300))
        severity = SEVERITIES[(surprise >= WARNING) + (surprise >= CRITICAL)]
        return Alert(
            *subject,
            measure,
            start,
            start + self.series.seconds,
            severity,
            self.series.get(subject, start).posts,
            round(tested.seen, 4),
            round(tested.expected, 4),
            tested.p,
            still_open,
        )

    def _is_news(self, alert: Alert) -> bool:
        reach = self.config.rule.cooldown * self.series.seconds
        told = self._told.get((alert.kind, alert.name, alert.measure), [])
        grave = SEVERITIES.index(alert.severity)
        return all(abs(alert.start - start) > reach or grave > rank for start, rank in told)

    def _note(self, kind: str, name: str, measure: str, start: int, severity: str) -> None:
        rank = SEVERITIES.index(severity)
        self._told.setdefault((kind, name, measure), []).append((start, rank))
