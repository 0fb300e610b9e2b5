"""Held-out rows: recognised in every form, and left out of all that trains or compares models."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from chainzoo.agent.planning import plan_tuning
from chainzoo.data import ReadOptions
from chainzoo.data.examples import Conversation, RankedPair, TextExample, TextPair, Turn
from chainzoo.data.holdout import hold_out, read_held_out, read_training_data
from chainzoo.data.read import read_table
from chainzoo.data.row_keys import row_keys
from chainzoo.data.splitting import Split
from chainzoo.errors import DataError
from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.tuning import Recipe
from chainzoo.zoo import Zoo
from tests.tickets import sample_tickets

CITIES = ("Oslo", "Lima", "Kyoto", "Graz", "Accra", "Quito", "Turin", "Perth", "Doha", "Riga")
THINGS = (
    "bridge",
    "harbour",
    "market",
    "library",
    "tower",
    "garden",
    "museum",
    "tram",
    "zoo",
    "spa",
)


def questions() -> list[dict[str, str]]:
    """A hundred different questions with answers."""
    return [
        {
            "question": f"Who built the {thing} that stands in {city}, and in which year?",
            "answer": f"It was built in {1800 + 7 * at + 31 * other} by the people of {city}.",
        }
        for at, city in enumerate(CITIES)
        for other, thing in enumerate(THINGS)
    ]


def tickets() -> list[dict[str, str]]:
    """A hundred different texts with two labels."""
    rows = enumerate(questions())
    return [{"text": row["question"], "label": "ab"[at % 2]} for at, row in rows]


def write_csv(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def keys_of(examples: Sequence[Any]) -> frozenset[str]:
    return frozenset(key for example in examples for key in row_keys(example))


class SplitMadeError(Exception):
    """Raised in place of the first split, with all examples that would be trained or scored on."""

    def __init__(self, examples: Sequence[Any]) -> None:
        super().__init__()
        self.examples = examples


@pytest.fixture
def stop_at_split(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make every training stop where it has its examples."""

    def refuse(self: Split, train: Sequence[Any], dev: Sequence[Any]) -> None:
        raise SplitMadeError([*train, *dev])

    return lambda: monkeypatch.setattr(Split, "__init__", refuse)


def run_fine_tune(zoo: Zoo, data: Path, tmp_path: Path) -> None:
    recipe = Recipe.of(model="minilm-l6", method="head", epochs=1)
    fine_tune(zoo.home, TuningJob(recipe, str(data), tmp_path / "run"))


def run_fine_tune_with_test_file(zoo: Zoo, data: Path, tmp_path: Path) -> None:
    """Train on other rows, and evaluate on the file with the held-out rows."""
    rows = [{"text": f"number {at} is not a question", "label": "ab"[at % 2]} for at in range(40)]
    other = write_csv(tmp_path / "other.csv", rows)
    recipe = Recipe.of(model="minilm-l6", method="head", epochs=1)
    fine_tune(zoo.home, TuningJob(recipe, str(other), tmp_path / "run", test=str(data)))


ENTRY_POINTS: dict[str, Callable[[Zoo, Path, Path], object]] = {
    "tune": run_fine_tune,
    "tune with a test file": run_fine_tune_with_test_file,
    "compare": lambda zoo, data, _: zoo.compare(data, max_seconds=1),
    "sweep": lambda zoo, data, _: zoo.sweep(data, trials=1, model="minilm-l6"),
    "advise": lambda zoo, data, _: zoo.advise(data),
    "the agent's estimate": lambda zoo, data, _: plan_tuning(zoo, str(data)),
}


@pytest.mark.parametrize("name", ENTRY_POINTS)
def test_held_out_rows_reach_no_training(
    stocked: Home, tmp_path: Path, stop_at_split: Callable[[], None], name: str
) -> None:
    data = write_csv(tmp_path / "tickets.csv", tickets())
    assert hold_out(stocked, data, 0.3).rows == 30
    held_out = keys_of(read_held_out(stocked, data).examples)
    stop_at_split()
    with pytest.raises(SplitMadeError) as caught:
        ENTRY_POINTS[name](Zoo(stocked), data, tmp_path)
    assert len(caught.value.examples) >= 70
    assert not keys_of(caught.value.examples) & held_out


def test_held_out_rows_reach_no_tuning_of_embeddings(
    stocked: Home, tmp_path: Path, stop_at_split: Callable[[], None]
) -> None:
    data = write_csv(tmp_path / "faq.csv", questions())
    assert hold_out(stocked, data, 0.3).rows == 30
    held_out = keys_of(read_held_out(stocked, data).examples)
    recipe = Recipe.of(task="sentence-similarity", model="minilm-l6")
    stop_at_split()
    with pytest.raises(SplitMadeError) as caught:
        fine_tune(stocked, TuningJob(recipe, str(data), tmp_path / "run"))
    assert len(caught.value.examples) == 70
    assert not keys_of(caught.value.examples) & held_out


def as_json_splits(folder: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """All rows in one file as JSON, in two splits that it names itself."""
    path = folder / "splits.json"
    path.write_text(json.dumps({"train": [*rows[50:]], "test": [*rows[:50]]}), "utf-8")
    return path


def as_json_lines(folder: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    path = folder / "other.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in reversed(rows)), "utf-8")
    return path


def as_restyled_csv(folder: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """The rows in capitals, with other spaces and punctuation."""
    restyled = [
        {name: value.upper().replace(" ", "  ") + "!!" for name, value in row.items()}
        for row in rows
    ]
    return write_csv(folder / "restyled.csv", restyled)


def as_excel(folder: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    pandas = pytest.importorskip("pandas")
    path = folder / "rows.xlsx"
    pandas.DataFrame(rows).to_excel(path, index=False)
    return path


@pytest.mark.parametrize("rewrite", [as_json_splits, as_json_lines, as_restyled_csv, as_excel])
@pytest.mark.parametrize("make_rows", [tickets, questions])
def test_held_out_rows_are_recognised_in_another_file(
    home: Home,
    tmp_path: Path,
    rewrite: Callable[[Path, Sequence[Mapping[str, str]]], Path],
    make_rows: Callable[[], list[dict[str, str]]],
) -> None:
    hold_out(home, write_csv(tmp_path / "first.csv", make_rows()), 0.3)
    other = rewrite(tmp_path, make_rows())
    assert len(read_table(other)) == 100
    table = read_training_data(home, other)
    assert (len(table), table.held_out_rows) == (70, 30)
    assert len(read_held_out(home, other)) == 30


def test_held_out_rows_are_recognised_in_another_task(home: Home, tmp_path: Path) -> None:
    rows = [{**row, "relevance": "1"} for row in questions()]
    data = write_csv(tmp_path / "faq.csv", rows)
    hold_out(home, data, 0.3, ReadOptions(task="dialogue"))
    for options in (
        ReadOptions(task="text-ranking", text_column="question,answer", label_column="relevance"),
        ReadOptions(task="translation", text_column="question", label_column="answer"),
        ReadOptions(task="text-classification", text_column="question", label_column="answer"),
    ):
        assert len(read_training_data(home, data, options)) == 70, options.task


def test_a_conll_file_and_spans_have_the_same_keys(tmp_path: Path) -> None:
    conll = tmp_path / "a.conll"
    conll.write_text("Tim B-PER\ndoes O\nn't O\nown O\niPhone O\n手 O\n机 O\n, O\nno O\n", "utf-8")
    spans = tmp_path / "a.jsonl"
    line = {"text": "Tim doesn't own iPhone手机, no", "label": [[0, 3, "PER"]]}
    spans.write_text(json.dumps(line) + "\n", "utf-8")
    (first,), (second,) = read_table(conll).examples, read_table(spans).examples
    assert first.text != second.text
    assert row_keys(first) & row_keys(second)


def test_rows_of_other_content_share_no_key() -> None:
    examples = [
        TextExample("where is it", ("lost",)),
        TextPair("where is she", ("at home",)),
        RankedPair("where are they", "at home", 1.0),
        Conversation((Turn("user", "hello"), Turn("assistant", "good day"))),
        TextExample("!!!", ("a",)),
        TextExample("???", ("a",)),
    ]
    keys = [row_keys(example) for example in examples]
    assert sum(map(len, keys)) == len(frozenset().union(*keys))


def test_rows_can_be_held_out_once(home: Home, tmp_path: Path) -> None:
    data = write_csv(tmp_path / "tickets.csv", tickets())
    hold_out(home, data, 0.3)
    with pytest.raises(DataError, match="held out already"):
        hold_out(home, as_json_lines(tmp_path, tickets()), 0.1)


def test_a_file_with_nothing_but_held_out_rows_is_refused(home: Home, tmp_path: Path) -> None:
    data = write_csv(tmp_path / "tickets.csv", tickets())
    hold_out(home, data, 0.3)
    rows = [{"text": e.text, "label": e.labels[0]} for e in read_held_out(home, data).examples]
    alone = write_csv(tmp_path / "alone.csv", rows)
    with pytest.raises(DataError, match="all of its rows are held out"):
        read_training_data(home, alone)


def test_a_hold_out_is_the_same_every_time(tmp_path: Path) -> None:
    data = write_csv(tmp_path / "tickets.csv", tickets())
    chosen = []
    for name in ("one", "two"):
        home = Home(tmp_path / name)
        hold_out(home, data, 0.3)
        chosen.append([e.text for e in read_held_out(home, data).examples])
    assert chosen[0] == chosen[1]


def test_held_out_rows_are_left_out_and_each_use_is_recorded(stocked: Home, tmp_path: Path) -> None:
    zoo, data = Zoo(stocked), sample_tickets(tmp_path)
    holdout = zoo.hold_out(data, 0.2)
    assert 0 < holdout.rows < holdout.of
    held_out = {row_keys(e) for e in read_held_out(stocked, data).examples}
    others = {row_keys(e) for e in read_training_data(stocked, data).examples}
    assert not frozenset().union(*held_out) & frozenset().union(*others)
    assert held_out | others == {row_keys(e) for e in read_table(data).examples}
    shuffled = tmp_path / "other-name.csv"
    lines = data.read_text("utf-8").splitlines()
    shuffled.write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n", "utf-8")
    assert len(read_training_data(stocked, shuffled)) == holdout.of - holdout.rows

    recipe = Recipe.of(name="tickets", method="head", epochs=1)
    record = fine_tune(stocked, TuningJob(recipe, str(data), tmp_path / "run"))
    assert record.lineage.held_out_rows == holdout.rows
    assert zoo.evaluate("tickets", data).rows == holdout.of - holdout.rows
    assert zoo.test_set_uses("tickets") == []
    report = zoo.evaluate("tickets", data, holdout=True)
    assert report.rows == holdout.rows
    assert "use 1" in report.notes[-1]
    assert "use 2" in zoo.evaluate("tickets", data, holdout=True).notes[-1]
    assert [use.rows for use in zoo.test_set_uses("tickets")] == [holdout.rows] * 2
    with pytest.raises(DataError, match="held out already"):
        zoo.hold_out(data)
