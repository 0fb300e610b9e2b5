"""Write reports and comparisons into a folder: JSON, Markdown, HTML and images."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chainzoo import atomic
from chainzoo.evaluation.html_report import comparison_html, report_html
from chainzoo.evaluation.markdown import comparison_markdown, report_markdown
from chainzoo.evaluation.paired import PairedComparison
from chainzoo.evaluation.report import Report


def save_report(report: Report, folder: Path) -> None:
    """Write ``report.json``, ``report.md``, ``report.html``, and ``confusion.png`` if there is one.

    The page also shows ``curves.png`` where the folder has it. Each file is replaced atomically.
    """
    from chainzoo.evaluation.plots import plot_confusion

    image = folder / "confusion.png"
    if report.confusion is None:
        image.unlink(missing_ok=True)  # Left by an earlier report.
    else:
        plot_confusion(*report.confusion, image)
    images = [("Confusion", image), ("Training curves", folder / "curves.png")]
    _write_json(folder / "report.json", report.as_dict())
    _write(folder / "report.md", report_markdown(report))
    _write(folder / "report.html", report_html(report, images))


def save_comparison(comparison: PairedComparison, folder: Path) -> None:
    """Write ``comparison.json``, ``comparison.md`` and ``comparison.html``."""
    _write_json(folder / "comparison.json", comparison.as_dict())
    _write(folder / "comparison.md", comparison_markdown(comparison))
    _write(folder / "comparison.html", comparison_html(comparison))


def _write_json(path: Path, values: dict[str, Any]) -> None:
    _write(path, json.dumps(values, ensure_ascii=False, indent=1))


def _write(path: Path, text: str) -> None:
    with atomic.file(path) as tmp_path:
        tmp_path.write_text(text, encoding="utf-8")
