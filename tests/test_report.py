"""Reports: what Markdown would take for something else, pictures, and nothing to judge by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chainzoo.data import TextExample
from chainzoo.errors import TaskError
from chainzoo.evaluation.baselines import baselines
from chainzoo.evaluation.evaluate import evaluate
from chainzoo.evaluation.plots import plot_confusion
from chainzoo.evaluation.report import Report, markdown_table
from chainzoo.tasks import LabelSpace, ReportTable, TextPrediction, get_task

TASK = get_task("text-classification")
PNG = b"\x89PNG"


def said(*labels: str) -> TextPrediction:
    return TextPrediction(labels[0] if labels else None, 0.9, labels, dict.fromkeys(labels, 0.9))


def test_markdown_is_escaped() -> None:
    table = ReportTable("", ("a|b",), (("<b>*x*</b> `y` [z](u)\nnext",),))
    assert markdown_table(table).splitlines() == [
        r"| a\|b |",
        "| --- |",
        r"| \<b\>\*x\*\</b\> \`y\` \[z\](u) next |",
    ]


def test_several_labels_are_decided_by_micro_f1() -> None:
    labels = LabelSpace(("a", "b", "c"), "multi")
    examples = [TextExample("one", ("a", "b")), TextExample("two", ("c",))]
    report = evaluate(TASK, examples, [said("a"), said("c")], labels, resamples=50)
    assert report.metric == "micro_f1"
    assert report.score == pytest.approx(0.8)  # 2 right, 2 said, 3 true.


def test_a_report_comes_back_from_its_values() -> None:
    labels = LabelSpace(("a", "b"), "single")
    examples = [TextExample("one", ("a",)), TextExample("two", ("b",))] * 10
    beside = baselines(TASK, examples, examples, labels)
    answers = [said("a"), said("b")] * 10
    report = evaluate(TASK, examples, answers, labels, baselines=beside, notes=("Mind this.",))
    again = Report.from_dict(report.as_dict())
    assert again.gains == report.gains
    assert "Mind this." in again.to_markdown()
    assert "Against majority class: +0.500 accuracy" in again.to_markdown()


def test_nothing_to_judge_by_is_told() -> None:
    labels = LabelSpace(("a", "b"), "single")
    with pytest.raises(TaskError, match="0 rows"):
        evaluate(TASK, [], [], labels)
    with pytest.raises(TaskError, match="1 predictions for 2 rows"):
        evaluate(TASK, [TextExample("x", ("a",))] * 2, [said("a")], labels)
    with pytest.raises(TaskError, match="no example"):
        baselines(TASK, [], [TextExample("x", ("a",))], labels)


@pytest.mark.parametrize(
    "names", [("好评", "差评", "$x$"), tuple(f"label_{n}" for n in range(150))]
)
def test_pictures(names: tuple[str, ...], tmp_path: Path) -> None:
    matrix = np.eye(len(names), dtype=int) * 9
    matrix[0, 1] = 3
    plot_confusion(names, matrix, tmp_path / "confusion.png")
    assert (tmp_path / "confusion.png").read_bytes().startswith(PNG)


def test_a_picture_of_an_earlier_report_does_not_stay(tmp_path: Path) -> None:
    (tmp_path / "confusion.png").write_bytes(PNG)
    labels = LabelSpace(("a", "b"), "multi")
    evaluate(TASK, [TextExample("one", ("a",))], [said("a")], labels).save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "report.html",
        "report.json",
        "report.md",
    ]
