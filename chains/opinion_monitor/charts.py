"""Volume and sentiment over time, with the alerts marked: a PNG, or one HTML file with pictures in it."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

from chains.opinion_monitor.answers import rows_of
from chains.opinion_monitor.brief import brief_of
from chains.opinion_monitor.posts import Subject
from chains.opinion_monitor.series import MOODS, Series, called
from chains.opinion_monitor.store import Store
from chainzoo import DataError

COLOURS = {"positive": "#2a9d58", "neutral": "#b8c0c8", "negative": "#d1495b"}
MARKS = {"notice": "#e0a100", "warning": "#e36414", "critical": "#9b0000"}
STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
img{max-width:100%;background:#fff}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{padding:.3rem .6rem;border-bottom:1px solid #8884;text-align:left;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}pre{white-space:pre-wrap;font:inherit}
.wide{overflow-x:auto}
"""


def draw(
    store: Store, out: Path, since: float, until: float, kind: str = "topic", most: int = 8
) -> list[str]:
    """Draw the most talked of subjects of a kind; gives their names.

    Raises:
        DataError: there are none, or ``out`` is neither ``.html`` nor ``.png``.
    """
    series = store.series(since, until)
    rows = [row for row in rows_of(series) if row["kind"] == kind][:most]
    if not rows:
        raise DataError(
            f"there is no {kind} in that stretch of time.",
            file=store.path,
            remedy="Name another --kind or other days.",
        )
    subjects = [(kind, str(row["name"])) for row in rows]
    alerts = store.alerts(since, until)
    if out.suffix.lower() == ".png":
        _write(out, picture(series, subjects, alerts))
    elif out.suffix.lower() in (".html", ".htm"):
        _write(out, _page(store, series, subjects, alerts, rows).encode())
    else:
        raise DataError("charts are .html or .png.", file=out, remedy="Name it so.")
    return [name for _, name in subjects]


def picture(series: Series, subjects: Sequence[Subject], alerts: Sequence[dict[str, Any]]) -> bytes:
    """A PNG: for each subject its posts by mood as bars, the mean mood as a line, alerts as marks."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 2.4 * len(subjects) + 0.6), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(len(subjects), 1, squeeze=False, sharex=True)[:, 0]
    for axes, subject in zip(panels, subjects, strict=True):
        _panel(axes, series, subject, [a for a in alerts if (a["kind"], a["name"]) == subject])
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=5, frameon=False)
    kept = io.BytesIO()
    figure.savefig(kept, format="png", dpi=110)
    return kept.getvalue()


def _panel(axes: Any, series: Series, subject: Subject, alerts: Sequence[dict[str, Any]]) -> None:
    starts = series.starts(subject)
    cells = [series.get(subject, at) for at in starts]
    times: Any = [datetime.fromtimestamp(at, UTC) for at in starts]
    width = timedelta(seconds=series.seconds * 0.9)
    below = [0] * len(cells)
    for mood in reversed(MOODS):
        counts = [getattr(cell, mood) for cell in cells]
        axes.bar(times, counts, width, bottom=below, color=COLOURS[mood], label=mood, align="edge")
        below = [a + b for a, b in zip(below, counts, strict=True)]
    axes.set_title(called(*subject), loc="left", fontsize=10)
    axes.set_ylabel("posts")
    axes.set_ylim(0, max(below) * 1.25)
    mood_axes = axes.twinx()
    mood_axes.plot(times, [cell.mean for cell in cells], color="#264653", linewidth=0.9)
    mood_axes.set_ylim(-1.05, 1.05)
    mood_axes.set_ylabel("mean mood")
    axes.plot([], [], color="#264653", label="mean mood")
    for alert in alerts:
        at: Any = datetime.fromtimestamp(alert["start"] + series.seconds / 2, UTC)
        axes.plot(at, max(below) * 1.15, marker="v", color=MARKS[alert["severity"]], clip_on=False)
    axes.spines[["top"]].set_visible(False)


def _page(
    store: Store,
    series: Series,
    subjects: Sequence[Subject],
    alerts: Sequence[dict[str, Any]],
    rows: Sequence[dict[str, Any]],
) -> str:
    """One file that needs nothing else: pictures are in it; no script, no font, no address."""
    said = [f"<h1>Opinion monitor</h1><pre>{escape(brief_of(store).text)}</pre>"]
    names = ("window", "name", "posts", "positive", "neutral", "negative", "mean")
    said.append(_table(names, [[row[name] for name in names] for row in rows]))
    for subject in subjects:
        mine = [a for a in alerts if (a["kind"], a["name"]) == subject]
        kept = base64.b64encode(picture(series, [subject], mine)).decode()
        said.append(f"<h2>{escape(called(*subject))}</h2>")
        said.append(f'<img alt="{escape(subject[1])}" src="data:image/png;base64,{kept}">')
        if mine:
            cells = [[a["text"], "\n".join(c["text"] for c in a["causes"][:3])] for a in mine]
            said.append(_table(("alert", "posts"), cells))
    body = "\n".join(said)
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Opinion monitor</title>"
        f'<meta name=viewport content="width=device-width"><style>{STYLE}</style>{body}</html>'
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    head = "".join(f"<th>{escape(name)}" for name in header)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=n' if isinstance(v, int | float) else ''}>"
            + escape(str(v)).replace("\n", "<br>")
            for v in row
        )
        for row in rows
    )
    return f"<div class=wide><table><tr>{head}{body}</table></div>"


def _write(path: Path, content: bytes) -> None:
    """Beside it first, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(content)
    os.replace(beside, path)
