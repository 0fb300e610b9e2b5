"""Reports as Markdown."""

from __future__ import annotations

from chainzoo.data import TextExample
from chainzoo.evaluation.baselines import predict_baselines
from chainzoo.evaluation.evaluate import evaluate
from chainzoo.evaluation.markdown import markdown_table, report_markdown
from chainzoo.metrics.tables import ReportTable
from chainzoo.tasks import LabelSpace, TextPrediction, get_task


def test_markup_in_cells_is_escaped() -> None:
    table = ReportTable("", ("a|b",), (("<b>*x*</b> `y` [z](u)\nnext",),))
    assert markdown_table(table).splitlines() == [
        r"| a\|b |",
        "| --- |",
        r"| \<b\>\*x\*\</b\> \`y\` \[z\](u) next |",
    ]


def test_a_report_shows_its_notes_and_its_gains_over_the_baselines() -> None:
    task, labels = get_task("text-classification"), LabelSpace(("a", "b"), "single")
    examples = [TextExample("one", ("a",)), TextExample("two", ("b",))] * 10
    predictions = [
        TextPrediction(name, 0.9, (name,), {name: 0.9}) for name in ("a", "b") for _ in (0,)
    ] * 10
    baselines = predict_baselines(task, examples, examples, labels)
    report = evaluate(
        task, examples, predictions, labels, baselines=baselines, notes=("Mind this.",)
    )
    text = report_markdown(report)
    assert "Mind this." in text
    assert "Against majority class: +0.500 accuracy" in text
    assert "| accuracy | 1.0000 | 0.8389 to 1.0000 | 0.5000 | 1.0000 |" in text
