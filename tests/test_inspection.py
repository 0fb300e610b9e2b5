"""Inspections: rows without classes, leakage, and what the verdict says."""

from __future__ import annotations

import json
from pathlib import Path

from chainzoo.data.inspection import inspect_data


def write_tickets(path: Path, count: int) -> Path:
    """Write a table of different texts with two labels."""
    rows = [
        f"ticket {at * 7919} about thing {at * 31} in town {at * 101},{'ab'[at % 2]}"
        for at in range(count)
    ]
    path.write_text("\n".join(["text,label", *rows]) + "\n", encoding="utf-8")
    return path


def test_translations_have_no_labels_and_can_be_tuned_on(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    rows = (f"I have {n} apples on the table\t桌子上有{n}个苹果" for n in range(60))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    inspection = inspect_data(path)
    assert inspection.task == "translation"
    assert "60 rows." in inspection.verdict
    assert inspection.verdict.endswith("Ready to tune on.")
    assert inspection.sample[0]["labels"] == ["桌子上有0个苹果"]


def test_two_questions_about_one_context_are_no_duplicates(tmp_path: Path) -> None:
    answers = [{"text": "Oslo", "answer_start": 13}]
    texts = ["Where does Ann live?", "What is the city?", "What is the city?"]
    questions = [
        {"id": str(at), "question": text, "answers": answers} for at, text in enumerate(texts)
    ]
    paragraph = {"context": "Ann lives in Oslo.", "qas": questions}
    path = tmp_path / "squad.json"
    path.write_text(
        json.dumps({"version": "1.1", "data": [{"paragraphs": [paragraph]}]}), encoding="utf-8"
    )
    inspection = inspect_data(path)
    assert (inspection.rows, inspection.duplicates, inspection.contradictions) == (3, 1, 0)
    assert inspection.sample[0]["text"] == "Where does Ann live? · Ann lives in Oslo."
    assert inspection.sample[0]["labels"] == ["Oslo"]
    assert "Too little" in inspection.verdict


def test_entities_are_called_entity_types(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("Tim B-PER\nspoke O\n\nOslo B-LOC\nis O\nbig O\n\n", encoding="utf-8")
    inspection = inspect_data(path)
    assert inspection.verdict.startswith("2 rows with 2 entity types.")
    assert inspection.sample[0]["labels"] == ["Tim [PER]"]


def test_rows_that_leak_into_another_file_are_counted(tmp_path: Path) -> None:
    train = write_tickets(tmp_path / "train.csv", 60)
    test = write_tickets(tmp_path / "test.csv", 5)
    inspection = inspect_data(train, against=test)
    assert inspection.leaked == 5
    assert "5 evaluation rows are also among the training rows." in inspection.verdict
    assert inspect_data(train).leaked is None


def test_inferred_options_name_the_option_that_overrides_them(tmp_path: Path) -> None:
    inspection = inspect_data(write_tickets(tmp_path / "a.csv", 60))
    options = {inferred["name"]: inferred["option"] for inferred in inspection.inferred}
    assert options["task"] == "task"
    assert options["text column"] == "text_column"
    assert options["delimiter"] == "delimiter"
    assert options["format"] == ""
