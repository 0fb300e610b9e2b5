"""Write charts of the most discussed subjects: a PNG, or one HTML file."""

from __future__ import annotations

from pathlib import Path

from chains.opinion_monitor.charts import plot_subjects
from chains.opinion_monitor.html_page import render_page
from chains.opinion_monitor.reports import report_rows
from chains.opinion_monitor.store import MonitorStore
from chainzoo import DataError, atomic


def write_charts(
    store: MonitorStore,
    out: Path,
    time_range: tuple[float, float],
    kind: str = "topic",
    max_subjects: int = 8,
) -> list[str]:
    """Chart the subjects of a kind with the most posts in a time range; return their names.

    Raises:
        DataError: there are none, or ``out`` is neither ``.html`` nor ``.png``.
    """
    series, alerts = store.series(*time_range), store.alerts(*time_range)
    rows = report_rows(series, kind)[:max_subjects]
    if not rows:
        raise DataError(
            f"there is no {kind} in that time range.",
            file=store.path,
            remedy="Name another --kind or other days.",
        )
    names = [str(row["name"]) for row in rows]
    if out.suffix.lower() == ".png":
        atomic.write_bytes(out, plot_subjects(series, [(kind, name) for name in names], alerts))
    elif out.suffix.lower() in (".html", ".htm"):
        atomic.write_text(out, render_page(store, series, rows, alerts))
    else:
        raise DataError("charts are .html or .png.", file=out, remedy="Choose one of these.")
    return names
