"""Detect alerts: test the subjects of a window, control the false discovery rate, hold a cooldown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from chains.opinion_monitor.alerts import (
    MEASURES,
    SEVERITIES,
    Alert,
    AlertRecord,
    Measure,
    severity_of,
)
from chains.opinion_monitor.change_detection import (
    ChangeTest,
    benjamini_hochberg,
    share_test,
    volume_test,
)
from chains.opinion_monitor.config import MonitorConfig
from chains.opinion_monitor.subjects import Subject
from chains.opinion_monitor.time_series import CountSeries

FOLLOWED_POSTS = 0.2  # Posts a window from which on a subject counts as one that is tested.

SubjectTest = tuple[Subject, Measure, ChangeTest]


class AlertDetector:
    """Test windows of a series against their history."""

    def __init__(self, config: MonitorConfig, series: CountSeries) -> None:
        self.config, self.series = config, series
        self._raised: defaultdict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)

    def restore(self, records: Iterable[AlertRecord]) -> None:
        """Take earlier alerts into account for the cooldown."""
        for record in records:
            key = (record["kind"], record["name"], record["measure"])
            self._raised[key].append((record["start"], SEVERITIES.index(record["severity"])))

    def record(self, alerts: Iterable[Alert]) -> None:
        """Note that these alerts were raised, for the cooldown."""
        self.restore(alert.as_dict() for alert in alerts)

    def detect(self, start: int, *, still_open: bool = False) -> list[Alert]:
        """Return the new alerts of the window that starts at ``start``.

        Of an open window only the volume is tested, against what a whole window is expected to
        have: a count that is too high stays so, hence repeated tests add no false alerts.
        """
        if self._windows_before(start) < self.config.min_history:
            return []
        rate = self.config.false_discovery_rate
        tests = self._tests(start, still_open)
        p_values = [test.p_value for *_, test in tests]
        if not tests or min(p_values) > rate:
            return []
        significant = benjamini_hochberg(p_values, self._number_of_tests(start), rate)
        alerts = []
        for subject, measure, test in (tests[at] for at in sorted(significant)):
            alert = self._alert(subject, measure, start, test, still_open)
            if self._is_large(measure, test) and self._is_new(alert):
                alerts.append(alert)
        return alerts

    def _windows_before(self, start: int) -> int:
        first = self.series.first_window
        return 0 if first is None else (start - first) // self.series.window_seconds

    def _tests(self, start: int, still_open: bool) -> list[SubjectTest]:
        seconds = self.series.window_seconds
        tests: list[SubjectTest] = []
        for subject in self.series.subjects():
            counts = self.series.get(subject, start)
            if counts.posts < self.config.rule.min_posts:
                continue
            history = self.series.history(subject, start, self.config.history)
            starts = range(start - len(history) * seconds, start, seconds)
            volume = volume_test(history, starts, counts, start, seconds)
            tests.append((subject, "volume", volume))
            if not still_open:
                tests.append((subject, "negative", share_test(history, counts, "negative")))
                tests.append((subject, "positive", share_test(history, counts, "positive")))
        return tests

    def _number_of_tests(self, start: int) -> int:
        """Return the tests of all subjects that have a history, or enough posts in the window."""
        length = self.config.history
        since = start - length * self.series.window_seconds
        min_posts = self.config.rule.min_posts
        subjects = sum(
            self.series.total_posts(subject, since, start) >= FOLLOWED_POSTS * length
            or self.series.get(subject, start).posts >= min_posts
            for subject in self.series.subjects()
        )
        return subjects * len(MEASURES)

    def _is_large(self, measure: Measure, test: ChangeTest) -> bool:
        rule = self.config.rule
        if measure == "volume":
            return test.observed >= rule.min_volume_ratio * test.expected
        return test.observed - test.expected >= rule.min_share_change

    def _alert(
        self, subject: Subject, measure: Measure, start: int, test: ChangeTest, still_open: bool
    ) -> Alert:
        return Alert(
            *subject,
            measure,
            start,
            start + self.series.window_seconds,
            severity_of(test.p_value),
            self.series.get(subject, start).posts,
            round(test.observed, 4),
            round(test.expected, 4),
            test.p_value,
            still_open,
        )

    def _is_new(self, alert: Alert) -> bool:
        """Return whether no alert as severe was raised within the cooldown."""
        cooldown = self.config.rule.cooldown * self.series.window_seconds
        severity = SEVERITIES.index(alert.severity)
        raised = self._raised[alert.kind, alert.name, alert.measure]
        return all(abs(alert.start - at) > cooldown or severity > other for at, other in raised)
