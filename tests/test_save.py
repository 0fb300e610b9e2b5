"""Reports and comparisons in a folder."""

from __future__ import annotations

import json
from pathlib import Path

from chainzoo.data import TextExample
from chainzoo.evaluation import Report, save_report
from chainzoo.evaluation.evaluate import evaluate
from chainzoo.tasks import LabelSpace, TextPrediction, get_task

TASK = get_task("text-classification")
EXAMPLES = [TextExample("one", ("a",)), TextExample("two", ("b",))]


def report(problem: str) -> Report:
    predictions = [TextPrediction(n, 0.9, (n,), {n: 0.9}) for n in ("a", "b")]
    labels = LabelSpace(("a", "b"), "multi" if problem == "multi" else "single")
    return evaluate(TASK, EXAMPLES, predictions, labels)


def test_a_report_is_written_as_json_markdown_html_and_an_image(tmp_path: Path) -> None:
    save_report(report("single"), tmp_path / "new" / "folder")
    names = sorted(path.name for path in (tmp_path / "new" / "folder").iterdir())
    assert names == ["confusion.png", "report.html", "report.json", "report.md"]
    values = json.loads((tmp_path / "new" / "folder" / "report.json").read_text("utf-8"))
    assert Report.from_dict(values).score == 1.0


def test_an_image_of_an_earlier_report_is_removed(tmp_path: Path) -> None:
    (tmp_path / "confusion.png").write_bytes(b"\x89PNG")
    save_report(report("multi"), tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["report.html", "report.json", "report.md"]
