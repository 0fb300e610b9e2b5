"""One HTML file with the brief, the figures and the charts; it loads nothing from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from chains.opinion_monitor.alerts import AlertRecord
from chains.opinion_monitor.brief import daily_brief
from chains.opinion_monitor.charts import alerts_of, plot_subjects
from chains.opinion_monitor.store import MonitorStore
from chains.opinion_monitor.subjects import Subject, display_name
from chains.opinion_monitor.time_series import CountSeries

SHOWN_POSTS = 3
COLUMNS = ("window", "name", "posts", "positive", "neutral", "negative", "mean")
STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
img{max-width:100%;background:#fff}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{padding:.3rem .6rem;border-bottom:1px solid #8884;text-align:left;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}pre{white-space:pre-wrap;font:inherit}
.wide{overflow-x:auto}
"""


def render_page(
    store: MonitorStore,
    series: CountSeries,
    rows: Sequence[dict[str, Any]],
    alerts: Sequence[AlertRecord],
) -> str:
    """Return the page of the subjects in ``rows`` (of ``report_rows``)."""
    parts = [f"<h1>Opinion monitor</h1><pre>{escape(daily_brief(store).text)}</pre>"]
    parts.append(_table(COLUMNS, [[row[name] for name in COLUMNS] for row in rows]))
    for row in rows:
        subject = (str(row["kind"]), str(row["name"]))
        parts += _section(series, subject, alerts_of(subject, alerts))
    body = "\n".join(parts)
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Opinion monitor</title>"
        f'<meta name=viewport content="width=device-width"><style>{STYLE}</style>{body}</html>'
    )


def _section(series: CountSeries, subject: Subject, alerts: Sequence[AlertRecord]) -> Iterator[str]:
    """Yield the heading, the chart and the alerts of a subject."""
    image = base64.b64encode(plot_subjects(series, [subject], alerts)).decode()
    yield f"<h2>{escape(display_name(subject))}</h2>"
    yield f'<img alt="{escape(subject[1])}" src="data:image/png;base64,{image}">'
    if alerts:
        rows = [
            [a["text"], "\n".join(post["text"] for post in a["example_posts"][:SHOWN_POSTS])]
            for a in alerts
        ]
        yield _table(("alert", "posts"), rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    head = "".join(f"<th>{escape(name)}" for name in header)
    body = "".join("<tr>" + "".join(_cell(value) for value in row) for row in rows)
    return f"<div class=wide><table><tr>{head}{body}</table></div>"


def _cell(value: Any) -> str:
    numeric = " class=n" if isinstance(value, int | float) else ""
    return f"<td{numeric}>" + escape(str(value)).replace("\n", "<br>")
