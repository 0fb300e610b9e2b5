"""Simulate surges into stored posts, and series of counts in which nothing happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from chains.opinion_monitor.alert_detector import AlertDetector
from chains.opinion_monitor.change_detection import LEVEL_DAYS, season_of
from chains.opinion_monitor.config import DAY, HOUR, MonitorConfig
from chains.opinion_monitor.sentiments import POLARITY_SCALE, Sentiment
from chains.opinion_monitor.subjects import Subject
from chains.opinion_monitor.time_series import CountSeries, WindowCounts

SURGE_SECONDS = DAY
MAX_DELAY = 4 * DAY  # Seconds after the start of a surge from which it counts as missed.

SurgeKind = Literal["volume", "negative"]
TimedPost = tuple[float, Sentiment, int]  # Time, sentiment, polarity.


@dataclass(frozen=True, slots=True)
class SurgeDetection:
    """The detection of surges of one kind and size. Delays are hours after the surge began."""

    kind: SurgeKind
    size: float
    draws: int
    detected: int
    mean_posts: float
    median_delay: float | None
    p90_delay: float | None


class SurgeSimulator:
    """Add surges to the posts of a series' subjects, and detect them hour by hour."""

    def __init__(
        self,
        config: MonitorConfig,
        series: CountSeries,
        posts: Mapping[Subject, Sequence[Mapping[str, Any]]],
        rng: np.random.Generator,
    ) -> None:
        """``posts`` are the stored posts of the subjects that surges are added to."""
        self.config, self.series, self.rng = config, series, rng
        self.posts = {subject: [_timed(post) for post in some] for subject, some in posts.items()}

    def run(self, kind: SurgeKind, size: float, draws: int) -> SurgeDetection:
        """Simulate ``draws`` surges of a size, each into a random subject at a random hour."""
        windows, subjects = windows_of(self.series), list(self.posts)
        first = windows[self.config.min_history]
        hours = (windows[-1] - MAX_DELAY - first) // HOUR
        delays, numbers = [], []
        for _ in range(draws):
            subject = subjects[int(self.rng.integers(len(subjects)))]
            begin = first + int(self.rng.integers(hours)) * HOUR
            surge = self._draw_surge(kind, size, subject, begin)
            numbers.append(len(surge))
            delays.append(self._detection_delay(subject, surge, begin))
        detected = [delay for delay in delays if delay is not None]
        return SurgeDetection(
            kind,
            size if kind == "volume" else size / 2,
            draws,
            len(detected),
            float(np.mean(numbers)),
            float(np.median(detected)) if detected else None,
            float(np.quantile(detected, 0.9)) if detected else None,
        )

    def _draw_surge(
        self, kind: SurgeKind, size: float, subject: Subject, begin: int
    ) -> list[TimedPost]:
        """Return the posts of a surge; half as many for a change of sentiment.

        As many negative posts as in a surge of volume would raise the volume as well.
        """
        usual = self._usual_daily_posts(subject, begin)
        count = max(1, round(size * usual if kind == "volume" else size * usual / 2))
        offsets = np.sort(self.rng.uniform(0, SURGE_SECONDS, count))
        if kind == "negative":
            return [(begin + float(offset), "negative", -POLARITY_SCALE) for offset in offsets]
        own = self.posts[subject]
        drawn = (own[int(self.rng.integers(len(own)))] for _ in offsets)
        return [
            (begin + float(offset), sentiment, polarity)
            for offset, (_, sentiment, polarity) in zip(offsets, drawn, strict=True)
        ]

    def _usual_daily_posts(self, subject: Subject, begin: int) -> float:
        """Return the mean posts a day in the four weeks before."""
        seconds = self.series.window_seconds
        start = self.series.window_start(begin)
        history = self.series.history(subject, start, LEVEL_DAYS * DAY // seconds)
        posts = float(sum(window.posts for window in history))
        return max(0.5, posts * DAY / seconds / len(history))

    def _detection_delay(
        self, subject: Subject, surge: Sequence[TimedPost], begin: int
    ) -> float | None:
        """Return the hours from the beginning of a surge to its alert, tested every hour."""
        series = self._history_before(begin)
        detector = AlertDetector(self.config, series)
        seconds = series.window_seconds
        lateness = self.config.lateness_hours * HOUR
        end = begin + MAX_DELAY
        closed_until = series.window_start(begin)
        stored = [post for post in self.posts[subject] if closed_until <= post[0] < end]
        posts = sorted([*stored, *surge])
        position = 0
        for now in range(begin + HOUR, end + 1, HOUR):
            before = position
            while position < len(posts) and posts[position][0] < now:
                time, sentiment, polarity = posts[position]
                series.add_post(subject, series.window_start(time), sentiment, polarity)
                position += 1
            # An open window without new posts would give the same result again.
            is_changed = position > before
            start = series.window_start(now - 1)
            alerts = detector.detect(start, still_open=True) if is_changed else []
            while closed_until + seconds + lateness <= now:
                alerts += detector.detect(closed_until)
                closed_until += seconds
            if any(alert.subject == subject for alert in alerts):
                return (now - begin) / HOUR
        return None

    def _history_before(self, begin: int) -> CountSeries:
        """Return the counts of all subjects that a window at ``begin`` is compared with."""
        history = CountSeries(self.series.window_seconds)
        until = self.series.window_start(begin)
        since = until - self.config.history * self.series.window_seconds
        for subject in self.series.subjects():
            for start in self.series.starts(subject):
                if since <= start < until:
                    history.set(subject, start, self.series.get(subject, start))
        history.first_window = self.series.first_window
        return history


def simulate_stationary_series(series: CountSeries, rng: np.random.Generator) -> CountSeries:
    """Return random counts of the same subjects around their slow trend and their seasons."""
    simulated, windows = CountSeries(series.window_seconds), windows_of(series)
    for subject in series.subjects():
        counts = [series.get(subject, start) for start in windows]
        sentiments = np.array([[c.positive, c.neutral, c.negative] for c in counts]).sum(axis=0)
        shares = sentiments / sentiments.sum()
        volumes = np.array([c.posts for c in counts], float)
        means = _expected_volumes(volumes, windows, series.window_seconds)
        for start, mean in zip(windows, means, strict=True):
            positive, neutral, negative = map(int, rng.multinomial(rng.poisson(mean), shares))
            if total := positive + neutral + negative:
                polarity = (positive - negative) * POLARITY_SCALE
                simulated.set(
                    subject, start, WindowCounts(total, positive, neutral, negative, polarity)
                )
    simulated.first_window = series.first_window
    return simulated


def _expected_volumes(volumes: np.ndarray, windows: range, window_seconds: int) -> np.ndarray:
    """Return a moving average over eight weeks, times the factor of each window's season."""
    reach = LEVEL_DAYS * DAY // window_seconds
    kernel = np.ones(2 * reach + 1)
    centre = slice(reach, reach + len(volumes))
    sums = np.convolve(volumes, kernel)[centre]
    trend = sums / np.convolve(np.ones(len(volumes)), kernel)[centre]
    seasons = np.array([season_of(start, window_seconds) for start in windows])
    factors = {s: volumes[seasons == s].mean() / volumes.mean() for s in np.unique(seasons)}
    expected: np.ndarray = trend * np.array([factors[s] for s in seasons])
    return expected


def windows_of(series: CountSeries) -> range:
    """Return the starts of all windows from the first to the last that has posts."""
    last = max((series.starts(subject)[-1] for subject in series.subjects()), default=0)
    return range(series.first_window or 0, last + 1, series.window_seconds)


def _timed(post: Mapping[str, Any]) -> TimedPost:
    return post["time"], post["sentiment"], post["polarity"]
