"""The report of an evaluation as data."""

from __future__ import annotations

import json

import pytest

from chainzoo.data import TextExample
from chainzoo.errors import TaskError
from chainzoo.evaluation.baselines import predict_baselines
from chainzoo.evaluation.evaluate import evaluate
from chainzoo.evaluation.report import Report, display_name
from chainzoo.tasks import LabelSpace, TextPrediction, get_task

TASK = get_task("text-classification")
LABELS = LabelSpace(("a", "b"), "single")


def predicted(*labels: str) -> TextPrediction:
    return TextPrediction(labels[0] if labels else None, 0.9, labels, dict.fromkeys(labels, 0.9))


def test_several_labels_are_decided_by_micro_f1() -> None:
    labels = LabelSpace(("a", "b", "c"), "multi")
    examples = [TextExample("one", ("a", "b")), TextExample("two", ("c",))]
    report = evaluate(TASK, examples, [predicted("a"), predicted("c")], labels)
    assert report.metric == "micro_f1"
    assert report.score == pytest.approx(0.8)  # 2 right, 2 predicted, 3 true.


def test_a_report_is_rebuilt_from_its_dictionary() -> None:
    examples = [TextExample("one", ("a",)), TextExample("two", ("b",))] * 10
    baselines = predict_baselines(TASK, examples, examples, LABELS)
    predictions = [predicted("a"), predicted("b")] * 10
    report = evaluate(TASK, examples, predictions, LABELS, baselines=baselines, notes=("A note.",))
    rebuilt = Report.from_dict(json.loads(json.dumps(report.as_dict())))
    assert rebuilt.gains == report.gains
    assert rebuilt.as_dict() == report.as_dict()
    assert rebuilt.gain_sentences()[0].startswith("Against majority class: +0.500 accuracy")


def test_twenty_right_rows_of_twenty_do_not_claim_certainty() -> None:
    examples = [TextExample("one", ("a",)), TextExample("two", ("b",))] * 10
    report = evaluate(TASK, examples, [predicted("a"), predicted("b")] * 10, LABELS)
    assert report.verdict == "accuracy 1.000 (95 % interval 0.839 to 1.000) on 20 rows."


def test_no_rows_or_missing_predictions_are_errors() -> None:
    with pytest.raises(TaskError, match="0 rows"):
        evaluate(TASK, [], [], LABELS)
    with pytest.raises(TaskError, match="1 predictions for 2 rows"):
        evaluate(TASK, [TextExample("x", ("a",))] * 2, [predicted("a")], LABELS)


def test_a_score_has_a_name_for_people() -> None:
    assert display_name("entity_macro_f1") == "entity macro F1"
