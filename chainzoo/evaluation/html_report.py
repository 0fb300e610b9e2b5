"""Reports and comparisons as one HTML file: images are embedded, and there are no scripts."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from chainzoo.evaluation.paired import PairedComparison
from chainzoo.evaluation.report import Report, display_name
from chainzoo.metrics.tables import ReportTable

STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--dim:#5b6570;--line:#d9dee3;--mark:#2563eb;--back:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--dim:#9aa4ae;--line:#343b43;--mark:#7aa2ff;
--back:#14171a}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back);max-width:60rem;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2.2rem}
.verdict{font-size:1.1rem;border-left:4px solid var(--mark);padding-left:.8rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;
overflow-wrap:break-word}
th{color:var(--dim);font-weight:600;white-space:nowrap}td.n{text-align:right;
font-variant-numeric:tabular-nums;white-space:nowrap}
.bar{width:10rem;height:.9rem}.dim{color:var(--dim)}img{max-width:100%;background:#fff}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}}
"""


def report_html(report: Report, images: Sequence[tuple[str, Path]] = ()) -> str:
    """Render a report; ``images`` are titles and PNG files, of which those that exist are shown."""
    title = f"Evaluation: {report.task}"
    parts = [f"<h1>{escape(title)}</h1>", _verdict(report.verdict), _scores_section(report)]
    parts += [f"<p>{escape(sentence)}</p>" for sentence in report.gain_sentences()]
    parts += [f"<p class=dim>{escape(note)}</p>" for note in report.notes]
    if report.texts_per_second:
        parts.append(f"<p>Prediction ran at {report.texts_per_second:,.1f} texts a second.</p>")
    tables = [*report.tables, *([report.errors] if report.errors.rows else [])]
    parts += [_table_section(table) for table in tables]
    parts += [_image_section(name, path) for name, path in images if path.is_file()]
    return _page(title, parts)


def comparison_html(comparison: PairedComparison) -> str:
    """Render a paired comparison of two models."""
    parts = [f"<h1>{escape(comparison.title)}</h1>", _verdict(comparison.verdict)]
    parts += [_table_section(table) for table in comparison.tables()]
    return _page(comparison.title, parts)


def _page(title: str, parts: Sequence[str]) -> str:
    """A complete HTML document; ``parts`` are HTML already."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _table_section(table: ReportTable) -> str:
    """A table under its title; titles, headers and cells are escaped."""
    rows = ["".join(_cell(value) for value in row) for row in table.rows]
    return _section(table.title, table.header, rows)


def _scores_section(report: Report) -> str:
    """The scores with their intervals as bars, next to the baselines' scores."""
    header = ("score", "model", "95 % interval", "", *report.baselines)
    rows = []
    for name, value in report.scores.items():
        low, high = report.intervals[name]
        others = [scores[name] for scores in report.baselines.values()]
        rows.append(
            f"<td>{escape(display_name(name))}</td><td class=n><b>{value:.4f}</b></td>"
            f"<td class=n>{low:.4f} to {high:.4f}</td><td>{_bar(value, low, high, others)}</td>"
            + "".join(f"<td class=n>{other:.4f}</td>" for other in others)
        )
    return _section("Scores", header, rows)


def _section(title: str, header: Sequence[str], rows: Sequence[str]) -> str:
    """A titled table; ``rows`` are cells that are HTML already."""
    head = "".join(f"<th>{escape(str(name))}</th>" for name in header)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f"<h2>{escape(title)}</h2><div class=wide><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"<td class=n>{value:.4f}</td>"
    if isinstance(value, int):
        return f"<td class=n>{value:,}</td>"
    return f"<td>{escape(str(value))}</td>"


def _verdict(sentence: str) -> str:
    return f"<p class=verdict>{escape(sentence)}</p>"


def _bar(value: float, low: float, high: float, others: Sequence[float]) -> str:
    """The score as a dot on its interval, the baselines as strokes.

    The scale goes from the least of them (or 0) to the greatest (or 1).
    """
    bottom, top = min([0.0, low, *others]), max([1.0, high, *others])

    def x(number: float) -> float:
        return round(100 * (number - bottom) / (top - bottom), 2)

    strokes = "".join(
        f'<line x1="{x(other)}" x2="{x(other)}" y1="1" y2="9" stroke="gray"/>' for other in others
    )
    return (
        '<svg class=bar viewBox="0 0 100 10" preserveAspectRatio="none" role="img">'
        '<line x1="0" x2="100" y1="5" y2="5" stroke="gray" stroke-opacity=".35"/>'
        f'{strokes}<line x1="{x(low)}" x2="{x(high)}" y1="5" y2="5" stroke="#2563eb"'
        f' stroke-width="3"/><circle cx="{x(value)}" cy="5" r="2.5" fill="#2563eb"/></svg>'
    )


def _image_section(title: str, path: Path) -> str:
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    alt = escape(title, quote=True)
    return f'<h2>{escape(title)}</h2><img alt="{alt}" src="data:image/png;base64,{data}">'
