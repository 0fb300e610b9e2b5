"""Evaluate published models on other data: with the columns of their training, next to baselines."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainzoo import Zoo
from chainzoo.errors import DataError, TaskError
from chainzoo.evaluation import Report
from chainzoo.evaluation.tuned import SAME_ROWS
from chainzoo.home import Home

GOOD = ("how glad I am", "the best day", "we loved it", "so well made", "a joy to use")
BAD = ("how sad I am", "the worst day", "we hated it", "so badly made", "a pain to use")


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    """Fifty reviews in a file whose columns cannot be inferred from their names."""
    rows = [f"{at}|{text} no {at}|x|{mood}" for at in range(5) for text, mood in moods()]
    path = tmp_path / "odd.dat"
    path.write_text("\n".join(("n|what|why|how", *rows)) + "\n", encoding="utf-8")
    return path


def moods() -> list[tuple[str, str]]:
    return [(text, "up") for text in GOOD] + [(text, "down") for text in BAD]


def test_the_read_options_of_the_training_hold_in_an_evaluation(
    stocked: Home, reviews: Path
) -> None:
    zoo = Zoo(stocked)
    options = {"text_column": "what", "label_column": "how", "delimiter": "|", "header": True}
    model = zoo.tune(reviews, method="head", epochs=2, name="mood", **options).wait()
    assert model.lineage.recipe["delimiter"] == "|"
    assert model.report["notes"] == [SAME_ROWS]

    report = zoo.evaluate("mood", reviews)
    assert report.rows == 50
    assert set(report.baselines) == {"majority class", "TF-IDF + logistic regression"}
    assert report.gains["majority class"].delta == pytest.approx(
        report.score - report.baselines["majority class"]["accuracy"]
    )
    assert report.notes == ()

    elsewhere = reviews.with_name("later.dat")
    elsewhere.write_bytes(reviews.read_bytes())
    reviews.write_text("gone", encoding="utf-8")
    later = zoo.evaluate("mood", elsewhere)
    assert later.baselines == {}
    assert "is gone or has changed" in later.notes[0]
    with pytest.raises(DataError):
        zoo.evaluate("mood", reviews)


def test_an_unreadable_test_file_is_an_error_before_the_run_starts(
    stocked: Home, reviews: Path, tmp_path: Path
) -> None:
    zoo = Zoo(stocked)
    with pytest.raises(DataError, match=r"missing\.csv"):
        zoo.tune(reviews, test=tmp_path / "missing.csv", delimiter="|", label_column="how")
    assert zoo.runs() == []


def test_rows_in_memory_keep_their_splits(stocked: Home) -> None:
    rows = [
        {"text": f"{text} {at}", "label": mood, "split": "train" if at < 3 else "test"}
        for at in range(4)
        for text, mood in moods()
    ]
    model = Zoo(stocked).tune(rows, method="head", epochs=1, name="mood").wait()
    assert model.rows == 10


def test_labels_that_the_model_does_not_know_are_an_error(stocked: Home, tmp_path: Path) -> None:
    zoo = Zoo(stocked)
    rows = [{"text": f"{text} {at}", "label": mood} for at in range(2) for text, mood in moods()]
    zoo.tune(rows, method="head", epochs=1, name="mood").wait()
    with pytest.raises(TaskError, match="sideways"):
        zoo.evaluate("mood", [{"text": "round and round", "label": "sideways"}] * 3)


def test_rows_that_are_left_out_are_said_in_the_run_and_its_report(
    stocked: Home, tmp_path: Path
) -> None:
    zoo = Zoo(stocked)
    path = tmp_path / "moods.csv"
    rows = "".join(f"{text},{label}\n" for text, label in moods())
    path.write_text(f"text,label\n{rows}no label here,\n", encoding="utf-8")
    run = zoo.tune(path, method="head", epochs=1, name="mood")
    model = run.wait()
    warnings = [e.values["message"] for e in run.events(follow=False) if e.kind == "warning"]
    assert warnings == ["1 rows have no label (an empty cell in 1); they are left out."]
    assert warnings[0] in Report.from_dict(model.report).notes
    assert warnings[0] in zoo.evaluate("mood", path).notes
