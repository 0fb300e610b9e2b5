"""Classification: counts that a reader can check by hand."""

from __future__ import annotations

import pytest

from chainzoo.data import TextExample
from chainzoo.errors import TaskError
from chainzoo.evaluation.evaluate import evaluate
from chainzoo.evaluation.markdown import report_markdown
from chainzoo.evaluation.report import Report
from chainzoo.tasks import LabelSpace, TextPrediction, get_task

TASK = get_task("text-classification")


def said(*labels: str) -> TextPrediction:
    return TextPrediction(labels[0] if labels else None, 0.9, labels, dict.fromkeys(labels, 0.9))


EXAMPLES = [
    TextExample("one", ("a",)),
    TextExample("two", ("a",)),
    TextExample("three", ("b",)),
    TextExample("four", ("b",)),
]
LABELS = LabelSpace(("a", "b"), "single")
ANSWERS = [said("a"), said("b"), said("b"), said("b")]


def test_scores_by_hand() -> None:
    report = evaluate(TASK, EXAMPLES, ANSWERS, LABELS)
    assert report.score == 0.75
    # a: precision 1, recall 1/2, F1 2/3. b: precision 2/3, recall 1, F1 4/5.
    assert report.scores["macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert report.tables[0].rows[0] == ("a", 1.0, 0.5, 0.6667, 2)
    assert report.confusion is not None
    assert report.confusion[1].tolist() == [[1, 1], [0, 2]]
    assert report.errors.rows == ((0.9, "a", "b", "two"),)
    low, high = report.intervals["accuracy"]
    assert 0 <= low < 0.75 < high <= 1


def test_report_there_and_back(tmp_path: object) -> None:
    report = evaluate(TASK, EXAMPLES, ANSWERS, LABELS, baselines={"always b": [said("b")] * 4})
    again = Report.from_dict(report.as_dict())
    assert report_markdown(again) == report_markdown(report)
    assert "always b reaches 0.500" in report.verdict


def test_several_labels() -> None:
    examples = [TextExample("x", ("a", "b")), TextExample("y", ())]
    labels = LabelSpace(("a", "b"), "multi")
    report = evaluate(TASK, examples, [said("a"), said()], labels)
    assert report.scores["accuracy"] == 0.5
    assert report.scores["micro_f1"] == pytest.approx(2 / 3)


def test_a_better_model_is_told_from_a_worse_one() -> None:
    many = EXAMPLES * 50
    baselines = {"always b": [said("b")] * 200}
    report = evaluate(TASK, many, ANSWERS * 50, LABELS, baselines=baselines)
    difference = report.gains["always b"]
    assert difference.delta == 0.25
    assert difference.low > 0
    assert difference.p < 0.01


def test_an_unknown_label_is_named() -> None:
    with pytest.raises(TaskError, match="label 'z' is none of the model's 2"):
        TASK.validate([TextExample("x", ("z",), line=7)], LABELS)
