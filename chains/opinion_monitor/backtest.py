"""Backtest an alert rule on stored posts: delay of detection, and false alerts.

Surges are simulated: posts drawn from a subject's own are added within a day that begins at a
random hour; for a change of sentiment, negative posts are. The rule then sees the posts as they
come, hour by hour. False alerts are counted without any surge: once on the posts as they are (where
some changes are real, so this is an upper bound), and once on simulated counts in which nothing
happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from chains.opinion_monitor.alert_detector import AlertDetector
from chains.opinion_monitor.config import DAY, DAYS_PER_MONTH, AlertRule, MonitorConfig
from chains.opinion_monitor.simulation import (
    MAX_DELAY,
    SurgeDetection,
    SurgeSimulator,
    simulate_stationary_series,
    windows_of,
)
from chains.opinion_monitor.store import MonitorStore
from chains.opinion_monitor.subjects import Subject
from chains.opinion_monitor.time_series import CountSeries
from chainzoo import DataError

STATIONARY_RUNS = 3  # Simulated series that false alerts are counted in.


@dataclass(frozen=True, slots=True)
class BacktestResult:
    """Detected surges by kind and size, and the false alerts of all subjects together.

    ``alerts`` were raised on the stored posts, ``stationary_alerts`` on simulated counts in which
    nothing happens.
    """

    subjects: int
    surge_subjects: int
    months: float
    alerts: int
    alerts_per_month: float
    stationary_alerts: int
    stationary_alerts_per_month: float
    surges: tuple[SurgeDetection, ...]

    HEADER = ("surge", "times usual", "posts", "detected", "median delay, h", "90 % delay, h")

    def table(self) -> list[list[Any]]:
        """Return the rows of the table with ``HEADER``."""
        return [
            [s.kind, s.size, round(s.mean_posts, 1), f"{s.detected} of {s.draws}"]
            + ["–" if d is None else round(d, 1) for d in (s.median_delay, s.p90_delay)]
            for s in self.surges
        ]

    def summary(self) -> str:
        """Describe the alerts that were raised without a surge."""
        return (
            f"{self.subjects:,} subjects; surges in {self.surge_subjects} of them with posts in"
            f" most windows. {self.months:.1f} months without a surge: {self.alerts} alerts,"
            f" {self.alerts_per_month:.2f} a month if none of them is real; on simulated counts in"
            f" which nothing happens: {self.stationary_alerts},"
            f" {self.stationary_alerts_per_month:.2f} a month."
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def backtest(
    store: MonitorStore,
    *,
    kind: str = "topic",
    sizes: Sequence[float] = (2, 4, 8),
    draws: int = 50,
    rule: AlertRule | None = None,
    seed: int = 13,
) -> BacktestResult:
    """Backtest ``rule`` with ``draws`` surges of each size into subjects of a kind.

    Sizes are in usual days' posts, added to those that are there.

    Raises:
        DataError: no subject has posts in at least half of the windows, or the store covers too
            little time.
    """
    config = MonitorConfig(
        sentiment="stored",
        window="day" if store.window_seconds == DAY else "hour",
        rule=rule or AlertRule(),
    )
    rng = np.random.default_rng(seed)
    series = _subjects_of_kind(store.series(), kind)
    subjects = _steady_subjects(series, config)
    if not subjects:
        raise DataError(
            f"there are too few posts of any {kind} for a backtest.",
            file=store.path,
            remedy=f"It needs more than {config.min_history} windows, with posts in most.",
        )
    alerts, months = _count_alerts(config, series)
    stationary_alerts = sum(
        _count_alerts(config, simulate_stationary_series(series, rng))[0]
        for _ in range(STATIONARY_RUNS)
    )
    simulator = SurgeSimulator(config, series, {s: store.posts(s) for s in subjects}, rng)
    surges = [simulator.run("volume", size, draws) for size in sizes]
    surges += [simulator.run("negative", size, draws) for size in sizes]
    return BacktestResult(
        len(list(series.subjects())),
        len(subjects),
        round(months, 2),
        alerts,
        round(alerts / months, 3),
        stationary_alerts,
        round(stationary_alerts / months / STATIONARY_RUNS, 3),
        tuple(surges),
    )


def _subjects_of_kind(series: CountSeries, kind: str) -> CountSeries:
    selected = CountSeries(series.window_seconds)
    for subject in series.subjects():
        if subject[0] == kind:
            for start in series.starts(subject):
                selected.set(subject, start, series.get(subject, start))
    return selected


def _steady_subjects(series: CountSeries, config: MonitorConfig) -> list[Subject]:
    """Return the subjects with posts in at least half of the windows; none if time is short."""
    windows = len(windows_of(series))
    if windows <= config.min_history + MAX_DELAY // series.window_seconds:
        return []
    return [s for s in series.subjects() if len(series.starts(s)) >= windows / 2]


def _count_alerts(config: MonitorConfig, series: CountSeries) -> tuple[int, float]:
    """Return the number of alerts that a series raises, and the months that were tested."""
    detector = AlertDetector(config, series)
    windows = windows_of(series)[config.min_history :]
    total = 0
    for start in windows:
        alerts = detector.detect(start)
        detector.record(alerts)
        total += len(alerts)
    return total, len(windows) * series.window_seconds / DAY / DAYS_PER_MONTH
