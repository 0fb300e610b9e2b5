"""Alerts: a significant change of one measure of a subject in a window."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from chains.opinion_monitor.config import DAY
from chains.opinion_monitor.subjects import Subject, display_name
from chainzoo import hashing

Measure = Literal["volume", "negative", "positive"]

MEASURES: tuple[Measure, ...] = ("volume", "negative", "positive")
SEVERITIES = ("notice", "warning", "critical")
WARNING_LOG10, CRITICAL_LOG10 = 4.0, 8.0  # -log10 of the p-value from which a severity holds.

AlertRecord = dict[str, Any]  # ``Alert.as_dict()`` with ``example_posts``: what is stored and sent.


@dataclass(frozen=True, slots=True)
class Alert:
    """A change in the window from ``start`` to ``end`` (seconds since 1970).

    ``observed`` and ``expected`` are numbers of posts for the measure ``volume``, shares of the
    posts for the others. ``open`` says that the window was not over yet.
    """

    kind: str
    name: str
    measure: Measure
    start: int
    end: int
    severity: str
    posts: int
    observed: float
    expected: float
    p_value: float
    open: bool

    @property
    def subject(self) -> Subject:
        """The kind and the name."""
        return self.kind, self.name

    @property
    def id(self) -> str:
        """An id that is the same whenever the same alert is detected again."""
        parts = (self.kind, self.name, self.measure, str(self.start), self.severity)
        return hashing.text_sha256("\x1f".join(parts))[:16]

    def summary(self) -> str:
        """Describe the alert in one line, with the observed and the expected value."""
        window = format_window(self.start, self.end)
        if self.measure == "volume":
            so_far = " so far" if self.open else ""
            ratio = self.observed / self.expected if self.expected >= 0.05 else None
            times = f", {ratio:.1f} times" if ratio is not None else ""
            change = f"{self.posts:,} posts{so_far}, expected about {self.expected:.1f}{times}"
        else:
            change = (
                f"{self.observed:.0%} of {self.posts:,} posts are {self.measure}, expected about"
                f" {self.expected:.0%}"
            )
        name = display_name(self.subject)
        return f"{self.severity}: {name}, {window}: {change} (p {self.p_value:.1e})"

    def as_dict(self) -> AlertRecord:
        """Return plain values with ``id`` and ``text`` (the summary), ready for JSON."""
        return {"id": self.id, **asdict(self), "text": self.summary()}


def severity_of(p_value: float) -> str:
    """Return the severity that a p-value stands for."""
    log10 = -math.log10(max(p_value, 1e-300))
    return SEVERITIES[(log10 >= WARNING_LOG10) + (log10 >= CRITICAL_LOG10)]


def format_window(start: int, end: int) -> str:
    """Return the day of a window, with the hour if it is shorter than a day, in UTC."""
    moment = datetime.fromtimestamp(start, UTC)
    return f"{moment:%Y-%m-%d}" if end - start >= DAY else f"{moment:%Y-%m-%d %H:%M}"
