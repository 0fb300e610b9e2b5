"""Extractive question answering: long contexts, no answer, Chinese, and a retriever before it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from transformers import AutoTokenizer

from chainzoo.data.examples import QuestionExample
from chainzoo.data.read import read_table
from chainzoo.errors import PredictionError
from chainzoo.home import Home
from chainzoo.metrics.answers import answer_f1, answer_words, exact_match
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.tasks import LabelSpace, get_task
from chainzoo.tuning import Recipe
from chainzoo.zoo import Zoo

TASK = get_task("question-answering")
LABELS = LabelSpace(("start", "end"), "span")
OR_NONE = LabelSpace(("start", "end or none"), "span")


def squad(*rows: tuple[str, str, list[tuple[str, int]], bool]) -> str:
    paragraphs = [
        {
            "context": context,
            "qas": [
                {
                    "id": f"q{at}",
                    "question": question,
                    "is_impossible": impossible,
                    "answers": [{"text": t, "answer_start": s} for t, s in answers],
                }
            ],
        }
        for at, (context, question, answers, impossible) in enumerate(rows)
    ]
    return json.dumps({"version": "v2.0", "data": [{"paragraphs": paragraphs}]})


def test_squad_with_several_answers_none_and_a_misplaced_one(tmp_path: Path) -> None:
    path = tmp_path / "squad.json"
    path.write_text(
        squad(
            ("Ann met Bob in Paris.", "Who?", [("Ann", 0), ("Bob", 8)], False),
            ("Ann met Bob in Paris.", "When?", [], True),
            ("Ann met Bob in Paris.", "Where?", [("Paris", 3)], False),
            ("Ann met Bob in Paris.", "Why?", [("love", 3)], False),
        ),
        encoding="utf-8",
    )
    table = read_table(path)
    assert table.task == "question-answering"
    assert [e.answers for e in table.examples] == [
        (("Ann", 0), ("Bob", 8)),
        (),
        (("Paris", 15),),
    ]
    assert "1 questions have no answer" in table.warnings[0]


def test_words_of_answers_as_squad_and_cmrc_count_them() -> None:
    assert answer_words("The Battle, of  Hastings!") == ["battle", "of", "hastings"]
    assert answer_words("308分。") == ["308", "分"]
    assert exact_match("the cat", ["Cat."]) == 1
    assert answer_f1("踢爆了", ["踢爆"]) == pytest.approx(0.8)
    assert answer_f1("", []) == 1
    assert answer_f1("x", []) == 0


@pytest.mark.parametrize("text", ["Ann lives in Oslo . ", "安娜住在奥斯陆。"])
def test_an_answer_far_down_a_long_context_is_found(minilm: Path, text: str) -> None:
    tokenizer = AutoTokenizer.from_pretrained(minilm)
    context = "nothing here . " * 200 + text + "nothing there . " * 200
    answer = "Oslo" if "Oslo" in text else "奥斯陆"
    example = QuestionExample("Where?", context, ((answer, context.index(answer)),))
    features = TASK.encode([example], tokenizer, LABELS, 128, 32)
    hits = [f for f in features if f.target != (0, 0)]
    assert len(features) > 5
    assert hits
    logits = []
    for feature in features:  # A model that knows it all.
        row = np.full((len(feature.input_ids), 2), -9.0)
        row[feature.target[0], 0] = row[feature.target[1], 1] = 9.0
        logits.append(row)
    (prediction,) = TASK.decode(logits, features, [example], LABELS)
    assert prediction.answer == context[prediction.start : prediction.end] == answer


def test_no_answer_is_said_only_where_it_was_learnt(minilm: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(minilm)
    example = QuestionExample("Where?", "Ann lives in Oslo.")
    features = TASK.encode([example], tokenizer, LABELS, 64, 0)
    row = np.full((len(features[0].input_ids), 2), -5.0)
    row[0] = 5.0
    assert TASK.decode([row], features, [example], OR_NONE)[0].answer is None
    assert TASK.decode([row], features, [example], LABELS)[0].answer is not None


def test_prompts_rows_and_json_are_inputs() -> None:
    wanted = QuestionExample("Who?", "Ann.")
    assert TASK.parse_input({"question": "Who?", "context": "Ann."}) == wanted
    assert TASK.parse_input('{"question": "Who?", "passage": "Ann."}') == wanted
    assert TASK.parse_input("Context: Ann.\n\nQuestion: Who?") == wanted
    with pytest.raises(PredictionError, match="context"):
        TASK.parse_input("Who?")


class Shelf(BaseRetriever):
    texts: list[str]

    def _get_relevant_documents(self, query: str, *, run_manager: object) -> list[Document]:
        return [Document(text, metadata={"source": f"{at}.txt"}) for at, text in enumerate(self.texts)]  # fmt: skip


def test_tuned_read_from_a_file_and_behind_a_retriever(stocked: Home, tmp_path: Path) -> None:
    people = ["Ann", "Bob", "Eva", "Tom", "Ida", "Max", "Lea", "Jon"]
    cities = ["Paris", "Rome", "Berlin", "Oslo", "Madrid", "Vienna"]
    rows = []
    for at, person in enumerate(people * 12):
        city = cities[(at * 5 + at // 8) % 6]
        context = f"{person} lives in {city}. The weather is fine there, number {at}."
        question = f"Where does {person} live?"
        rows.append((context, question, [(city, context.index(city))], False))
    path = tmp_path / "homes.json"
    path.write_text(squad(*rows), encoding="utf-8")
    recipe = Recipe.of(name="reader", method="full", epochs=3)
    record = fine_tune(stocked, TuningJob(recipe, str(path), tmp_path / "run"))
    assert record.score > record.report["baselines"]["lead sentence"]["f1"]
    zoo = Zoo(stocked)
    reader = zoo.question_answering(
        "reader", Shelf(texts=["The moon is far away.", "Lea lives in Rome."])
    )
    found = reader.invoke("Where does Lea live?")
    assert found.answer is not None
    assert found.source is not None
    assert found.source.page_content[found.start : found.end] == found.answer
    asked = tmp_path / "asked.csv"
    asked.write_text("question,context\nWhere does Bob live?,Bob lives in Oslo.\n", "utf-8")
    assert zoo.predict_file("reader", asked, tmp_path / "out.csv") == 1
    assert "answer" in (tmp_path / "out.csv").read_text("utf-8").splitlines()[0]
