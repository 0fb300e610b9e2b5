"""A report as one HTML file that needs nothing else: pictures are in it, no script, no font."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainzoo.tasks import ReportTable

if TYPE_CHECKING:
    from chainzoo.evaluation.paired import PairedComparison
    from chainzoo.evaluation.report import Report

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


def report_page(report: Report, pictures: Sequence[tuple[str, Path]] = ()) -> str:
    """The page of a report; ``pictures`` are titles and PNG files, those that exist are shown."""
    said = [f"<h1>Evaluation: {escape(report.task)}</h1>", _verdict(report.verdict)]
    said.append(_scores(report.scores, report.intervals, report.baselines))
    said += [f"<p>{escape(line)}</p>" for line in report.gain_lines()]
    said += [f"<p class=dim>{escape(note)}</p>" for note in report.notes]
    if report.texts_per_second:
        said.append(f"<p>Prediction ran at {report.texts_per_second:,.1f} texts a second.</p>")
    tables = [*report.tables, *([report.errors] if report.errors.rows else [])]
    said += [table_section(table) for table in tables]
    said += [_picture(title, path) for title, path in pictures if path.is_file()]
    return page(f"Evaluation: {report.task}", said)


def duel_page(compare_paired: PairedComparison) -> str:
    """The page of a comparison of two models."""
    title = f"{compare_paired.names[0]} and {compare_paired.names[1]} on {compare_paired.data}"
    said = [f"<h1>{escape(title)}</h1>", _verdict(compare_paired.verdict)]
    return page(title, [*said, *(table_section(table) for table in compare_paired.tables())])


def page(title: str, parts: Sequence[str]) -> str:
    """A whole HTML document of parts that are HTML already."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def table_section(table: ReportTable) -> str:
    """Any table of a report under its title; everything in it is escaped."""
    head = "".join(f"<th>{escape(str(name))}</th>" for name in table.header)
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    return (
        f"<h2>{escape(table.title)}</h2><div class=wide><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"<td class=n>{value:.4f}</td>"
    if isinstance(value, int):
        return f"<td class=n>{value:,}</td>"
    return f"<td>{escape(str(value))}</td>"


def _verdict(sentence: str) -> str:
    return f"<p class=verdict>{escape(sentence)}</p>"


def _scores(
    scores: Mapping[str, float],
    intervals: Mapping[str, tuple[float, float]],
    baselines: Mapping[str, Mapping[str, float]],
) -> str:
    """The scores with their intervals as bars, and the baselines beside."""
    from chainzoo.evaluation.report import display_name

    names = ("score", "model", "95 % interval", "", *baselines)
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    rows = []
    for name, value in scores.items():
        low, high = intervals[name]
        others = [known[name] for known in baselines.values()]
        cells = [
            f"<td>{escape(display_name(name))}</td><td class=n><b>{value:.4f}</b></td>",
            f"<td class=n>{low:.4f} to {high:.4f}</td><td>{_bar(value, low, high, others)}</td>",
            *(f"<td class=n>{other:.4f}</td>" for other in others),
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return (
        f"<h2>Scores</h2><div class=wide><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _bar(value: float, low: float, high: float, others: Sequence[float]) -> str:
    """The score as a dot in its interval, baselines as strokes, on a scale from the least of them
    (or 0) to the greatest (or 1)."""
    bottom, top = min([0.0, low, *others]), max([1.0, high, *others])

    def place(number: float) -> float:
        return round(100 * (number - bottom) / (top - bottom), 2)

    strokes = "".join(
        f'<line x1="{place(o)}" x2="{place(o)}" y1="1" y2="9" stroke="gray"/>' for o in others
    )
    return (
        '<svg class=bar viewBox="0 0 100 10" preserveAspectRatio="none" role="img">'
        '<line x1="0" x2="100" y1="5" y2="5" stroke="gray" stroke-opacity=".35"/>'
        f'{strokes}<line x1="{place(low)}" x2="{place(high)}" y1="5" y2="5" stroke="#2563eb"'
        f' stroke-width="3"/><circle cx="{place(value)}" cy="5" r="2.5" fill="#2563eb"/></svg>'
    )


def _picture(title: str, path: Path) -> str:
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    alt = escape(title, quote=True)
    return f'<h2>{escape(title)}</h2><img alt="{alt}" src="data:image/png;base64,{data}">'
