"""What an inspection says of rows that have no labels: questions, translations, pairs."""

from __future__ import annotations

import json
from pathlib import Path

from chainzoo.data.inspection import inspect_data


def test_translations_have_no_labels_and_can_be_tuned_on(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    rows = (f"I have {n} apples on the table\t桌子上有{n}个苹果" for n in range(60))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = inspect_data(path)
    assert found.task == "translation"
    assert "60 rows." in found.verdict
    assert found.verdict.endswith("Ready to tune on.")
    assert found.sample[0]["labels"] == ["桌子上有0个苹果"]


def test_two_questions_on_one_context_are_no_duplicates(tmp_path: Path) -> None:
    answer = [{"text": "Oslo", "answer_start": 13}]
    asked = ["Where does Ann live?", "What is the city?", "What is the city?"]
    questions = [{"id": str(at), "question": q, "answers": answer} for at, q in enumerate(asked)]
    paragraph = {"context": "Ann lives in Oslo.", "qas": questions}
    path = tmp_path / "squad.json"
    path.write_text(
        json.dumps({"version": "1.1", "data": [{"paragraphs": [paragraph]}]}), encoding="utf-8"
    )
    found = inspect_data(path)
    assert (found.rows, found.duplicates, found.contradictions) == (3, 1, 0)
    assert found.sample[0]["text"] == "Where does Ann live? · Ann lives in Oslo."
    assert found.sample[0]["labels"] == ["Oslo"]
    assert "Too little" in found.verdict
