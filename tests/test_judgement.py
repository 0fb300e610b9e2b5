"""Deciding by measurement: compare, the ladder, sealed rows, two models on the same rows, HTML."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from scipy.stats import binomtest

from chainzoo.data.holdout import read_held_out, read_training_data, row_key
from chainzoo.data.read import read
from chainzoo.errors import DataError
from chainzoo.evaluation.paired import mcnemar
from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.selection.result import Candidate, choose, with_front
from chainzoo.tuning import Recipe
from chainzoo.zoo import Zoo

TICKETS = Path(__file__).parents[1] / "examples" / "data" / "support_tickets.csv"


def few(tmp_path: Path, step: int = 4) -> Path:
    """A quarter of the tickets, from all over the file."""
    lines = TICKETS.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "few.csv"
    path.write_text("\n".join([lines[0], *lines[1::step]]) + "\n", encoding="utf-8")
    return path


def candidate(name: str, score: float, ms: float, memory: float) -> Candidate:
    return Candidate(name, "lora", score, score, score, 1.0, ms, memory)


def test_the_pareto_front_and_the_choice() -> None:
    rows = (candidate("a", 0.92, 5, 90), candidate("b", 0.915, 2, 40), candidate("c", 0.8, 3, 50))
    marked = with_front(rows)
    assert [c.on_front for c in marked] == [True, True, False]
    taken, why = choose(marked, 1.0)
    assert taken.model == "b"
    assert "within half a point" in why
    alike, _ = choose((candidate("a", 0.92, 5, 90), candidate("b", 0.918, 5, 90)), 1.0)
    assert alike.model == "a"  # It is no larger, so the better one.


def test_compare_and_the_ladder_on_the_same_rows(stocked: Home, tmp_path: Path) -> None:
    zoo, data = Zoo(stocked), few(tmp_path)
    found = zoo.compare(data)
    assert found.choice.score >= max(c.score for c in found.candidates) - 0.01
    assert {"minilm-l6 (frozen)", "simple (TF-IDF + logistic regression)"} <= {
        c.name for c in found.candidates
    }
    assert all(c.behind is not None for c in found.candidates[1:])
    advice = zoo.advise(data)
    assert [r.strategy for r in advice.strategies[:3]] == [
        "majority class",
        "TF-IDF + logistic regression",
        "frozen",
    ]
    best = max(strategy.score for strategy in advice.strategies)
    assert advice.choice.score >= best - 0.01
    assert advice.verdict.startswith(("Yes, tune", "No need to tune"))


def test_sealed_rows_are_kept_from_everything_and_looks_are_logged(
    stocked: Home, tmp_path: Path
) -> None:
    zoo, data = Zoo(stocked), few(tmp_path)
    holdout = zoo.hold_out(data, 0.2)
    assert 0 < holdout.rows < holdout.of
    secret = {row_key(e) for e in read_held_out(stocked, data).examples}
    open_rows = {row_key(e) for e in read_training_data(stocked, data).examples}
    assert not secret & open_rows
    assert secret | open_rows == {row_key(e) for e in read(data).examples}
    shuffled = tmp_path / "other-name.csv"
    lines = data.read_text("utf-8").splitlines()
    shuffled.write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n", "utf-8")
    assert len(read_training_data(stocked, shuffled)) == holdout.of - holdout.rows

    recipe = Recipe.of(name="tickets", method="head", epochs=1)
    record = fine_tune(stocked, TuningJob(recipe, str(data), tmp_path / "run"))
    assert record.lineage.held_out_rows == holdout.rows
    assert zoo.evaluate("tickets", data).rows == holdout.of - holdout.rows
    assert zoo.list_test_set_uses("tickets") == []
    report = zoo.evaluate("tickets", data, holdout=True)
    assert report.rows == holdout.rows
    assert "look 1" in report.notes[-1]
    assert "look 2" in zoo.evaluate("tickets", data, holdout=True).notes[-1]
    assert [look.rows for look in zoo.list_test_set_uses("tickets")] == [holdout.rows] * 2
    with pytest.raises(DataError, match="sealed already"):
        zoo.hold_out(data)


def test_mcnemar_by_hand() -> None:
    first = np.array([True] * 50 + [True] * 8 + [False] * 2 + [False] * 5)
    second = np.array([True] * 50 + [False] * 8 + [True] * 2 + [False] * 5)
    found = mcnemar(first, second)
    assert (found.both, found.first_alone, found.second_alone, found.neither) == (50, 8, 2, 5)
    assert found.p == pytest.approx(binomtest(8, 10).pvalue)
    assert mcnemar(first, first).p == 1.0


def test_two_models_on_the_same_rows(stocked: Home, tmp_path: Path) -> None:
    data = few(tmp_path)
    for name, method, epochs in (("weak", "head", 0.2), ("strong", "full", 3)):
        recipe = Recipe.of(name=name, method=method, epochs=epochs)
        fine_tune(stocked, TuningJob(recipe, str(data), tmp_path / name))
    compare_paired = Zoo(stocked).evaluate_paired("weak", "strong", data)
    assert compare_paired.difference.delta > 0
    assert compare_paired.difference.low > 0
    assert compare_paired.mcnemar.second_alone > compare_paired.mcnemar.first_alone
    assert compare_paired.differing >= compare_paired.mcnemar.second_alone
    assert compare_paired.verdict.startswith("strong@1 is measurably better")
    compare_paired.save(tmp_path / "out")
    page = (tmp_path / "out" / "comparison.html").read_text("utf-8")
    assert "strong@1 is measurably better" in BeautifulSoup(page, "html.parser").get_text()


def test_a_report_is_one_page_and_what_users_wrote_stays_text(
    stocked: Home, tmp_path: Path
) -> None:
    path = tmp_path / "bad.csv"
    rows = [f'"<script>alert({n})</script> hello {n}","<b>yes</b>"' for n in range(20)]
    rows += [f'"plain words {n}","no"' for n in range(20)]
    path.write_text("text,label\n" + "\n".join(rows) + "\n", "utf-8")
    recipe = Recipe.of(name="bad", method="head", epochs=1)
    record = fine_tune(stocked, TuningJob(recipe, str(path), tmp_path / "run"))
    page = (record.folder / "report.html").read_text("utf-8")
    soup = BeautifulSoup(page, "html.parser")
    assert soup.find("script") is None
    assert soup.find("link") is None
    assert "<b>yes</b>" in soup.get_text()
    assert all(image["src"].startswith("data:image/png;base64,") for image in soup.find_all("img"))
    assert len(soup.find_all("img")) == 2
