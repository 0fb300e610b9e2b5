"""Plot volume and sentiment over time, with alerts marked."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from chains.opinion_monitor.alerts import AlertRecord
from chains.opinion_monitor.sentiments import SENTIMENTS
from chains.opinion_monitor.subjects import Subject, display_name
from chains.opinion_monitor.time_series import CountSeries

COLOURS = {"positive": "#2a9d58", "neutral": "#b8c0c8", "negative": "#d1495b"}
SEVERITY_COLOURS = {"notice": "#e0a100", "warning": "#e36414", "critical": "#9b0000"}
MEAN_COLOUR = "#264653"
DPI = 110


def plot_subjects(
    series: CountSeries, subjects: Sequence[Subject], alerts: Sequence[AlertRecord]
) -> bytes:
    """Return a PNG with a panel a subject.

    Bars are posts by sentiment, the line is the mean sentiment, triangles are alerts.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 2.4 * len(subjects) + 0.6), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(len(subjects), 1, squeeze=False, sharex=True)[:, 0]
    for axes, subject in zip(panels, subjects, strict=True):
        _plot_panel(axes, series, subject, alerts_of(subject, alerts))
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=5, frameon=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    return buffer.getvalue()


def alerts_of(subject: Subject, alerts: Sequence[AlertRecord]) -> list[AlertRecord]:
    """Return the alerts of one subject."""
    return [alert for alert in alerts if (alert["kind"], alert["name"]) == subject]


def _plot_panel(
    axes: Any, series: CountSeries, subject: Subject, alerts: Sequence[AlertRecord]
) -> None:
    starts = series.starts(subject)
    windows = [series.get(subject, start) for start in starts]
    times: Any = [datetime.fromtimestamp(start, UTC) for start in starts]
    width = timedelta(seconds=series.window_seconds * 0.9)
    totals = [0] * len(windows)
    for sentiment in reversed(SENTIMENTS):
        counts = [window.count(sentiment) for window in windows]
        axes.bar(
            times, counts, width, bottom=totals, color=COLOURS[sentiment], label=sentiment,
            align="edge",
        )  # fmt: skip
        totals = [a + b for a, b in zip(totals, counts, strict=True)]
    axes.set_title(display_name(subject), loc="left", fontsize=10)
    axes.set_ylabel("posts")
    axes.set_ylim(0, max(totals) * 1.25)
    mean_axes = axes.twinx()
    means = [window.mean_sentiment for window in windows]
    mean_axes.plot(times, means, color=MEAN_COLOUR, linewidth=0.9)
    mean_axes.set_ylim(-1.05, 1.05)
    mean_axes.set_ylabel("mean sentiment")
    axes.plot([], [], color=MEAN_COLOUR, label="mean sentiment")  # For the legend.
    for alert in alerts:
        middle: Any = datetime.fromtimestamp(alert["start"] + series.window_seconds / 2, UTC)
        colour = SEVERITY_COLOURS[alert["severity"]]
        axes.plot(middle, max(totals) * 1.15, marker="v", color=colour, clip_on=False)
    axes.spines[["top"]].set_visible(False)
