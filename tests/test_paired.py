"""Two models on the same rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from chainzoo.data.examples import Conversation, RankedPair, TextExample, TextPair, Turn
from chainzoo.errors import TaskError
from chainzoo.evaluation import save_comparison
from chainzoo.evaluation.paired import (
    ModelPredictions,
    PairedComparison,
    compare_paired,
    shared_labels,
)
from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.tasks import LabelSpace, TextPrediction, get_task
from chainzoo.tasks.predictions import RankingPrediction, TextOutput
from chainzoo.tuning import Recipe
from chainzoo.zoo import Zoo
from tests.tickets import sample_tickets

LABELS = LabelSpace(("a", "b"), "single")


def predictions(labels: str) -> tuple[TextPrediction, ...]:
    return tuple(TextPrediction(name, 0.9, (name,), {name: 0.9}) for name in labels)


def compared(true: str, first: str, second: str) -> PairedComparison:
    """Two text classifiers; each letter is a label."""
    examples = [TextExample(f"text {n}", (name,)) for n, name in enumerate(true)]
    models = (
        ModelPredictions("one", predictions(first)),
        ModelPredictions("two", predictions(second)),
    )
    return compare_paired(get_task("text-classification"), examples, models, LABELS, "data")


def test_rows_that_one_model_alone_has_right_are_counted_and_shown_first() -> None:
    result = compared("aabb", "abba", "aabb")
    assert result.mcnemar is not None
    assert (result.mcnemar.first_only, result.mcnemar.second_only) == (0, 2)
    assert result.differing == 2
    assert result.examples.header == ("line", "text", "true", "one", "two", "right")
    assert result.examples.rows[0] == (2, "text 1", "a", "b", "a", "two")
    assert [table.title for table in result.tables()] == [
        "Scores",
        "Rows right and wrong (McNemar p = 0.5000)",
        "2 rows where they differ",
    ]


def test_equal_models_are_called_equally_good() -> None:
    result = compared("aabb", "aabb", "aabb")
    assert result.verdict.startswith("one and two are equally good (p = 1.000")
    assert result.as_dict()["verdict"] == result.verdict


@pytest.mark.parametrize(
    ("task", "example", "first", "second", "space"),
    [
        (
            "summarization",
            TextPair("a long text", ("short",)),
            TextOutput("short"),
            TextOutput("other words"),
            LabelSpace(("en", "en"), "text"),
        ),
        (
            "dialogue",
            Conversation((Turn("user", "hello"), Turn("assistant", "good day"))),
            TextOutput("good day", 1.0, 2),
            TextOutput("bye", 3.0, 2),
            LabelSpace((), "text"),
        ),
        (
            "text-ranking",
            RankedPair("query", "item", 0.5),
            RankingPrediction(0.5),
            RankingPrediction(0.1),
            LabelSpace(("probability",), "score"),
        ),
    ],
)
def test_mcnemar_is_left_out_where_predictions_are_neither_right_nor_wrong(
    task: str, example: object, first: object, second: object, space: LabelSpace
) -> None:
    models = ModelPredictions("one", (first,) * 10), ModelPredictions("two", (second,) * 10)
    result = compare_paired(get_task(task), [example] * 10, models, space, "data")
    assert result.mcnemar is None
    assert result.as_dict()["mcnemar"] is None
    assert [table.title for table in result.tables()] == ["Scores", "10 rows where they differ"]
    assert result.examples.header == ("line", "text", "true", "one", "two")


def test_models_with_different_labels_are_compared_by_the_larger_set() -> None:
    wider = LabelSpace(("a", "b", "c"), "single")
    assert shared_labels([LABELS, wider]) == wider
    assert shared_labels([wider, LABELS]) == wider
    with pytest.raises(TaskError, match="only one of them has a, c"):
        shared_labels([LABELS, LabelSpace(("b", "c"), "single")])


def test_a_better_model_is_measurably_better_on_real_data(stocked: Home, tmp_path: Path) -> None:
    data = sample_tickets(tmp_path)
    for name, method, epochs in (("weak", "head", 0.2), ("strong", "full", 3)):
        recipe = Recipe.of(name=name, method=method, epochs=epochs)
        fine_tune(stocked, TuningJob(recipe, str(data), tmp_path / name))
    comparison = Zoo(stocked).evaluate_paired("weak", "strong", data)
    assert comparison.difference.delta > 0
    assert comparison.difference.low > 0
    assert comparison.mcnemar is not None
    assert comparison.mcnemar.second_only > comparison.mcnemar.first_only
    assert comparison.differing >= comparison.mcnemar.second_only
    assert comparison.verdict.startswith("strong@1 is measurably better")
    save_comparison(comparison, tmp_path / "out")
    page = (tmp_path / "out" / "comparison.html").read_text("utf-8")
    assert "strong@1 is measurably better" in BeautifulSoup(page, "html.parser").get_text()
    assert "McNemar" in (tmp_path / "out" / "comparison.md").read_text("utf-8")
