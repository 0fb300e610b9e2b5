"""Relation extraction: marks, the official score, and triples out of plain text."""

from __future__ import annotations

from pathlib import Path

import pytest
from transformers import AutoTokenizer

from chainzoo.data.examples import RelationExample
from chainzoo.data.read import read_table
from chainzoo.errors import PredictionError
from chainzoo.home import Home
from chainzoo.tasks import LabelSpace, get_task
from chainzoo.tasks.predictions import RelationPrediction
from chainzoo.tasks.relation_extraction import marked
from chainzoo.zoo import Zoo

TASK = get_task("relation-extraction")
NAMES = ("Cause-Effect(e1,e2)", "Cause-Effect(e2,e1)", "Other", "Part-Whole(e1,e2)")
LABELS = LabelSpace(NAMES, "single")


def said(name: str) -> RelationPrediction:
    return RelationPrediction(name, 1.0, "a", "b", {name: 1.0})


def example(name: str) -> RelationExample:
    return RelationExample("a b", (0, 1), (2, 3), name)


def test_the_official_score_by_hand() -> None:
    """A wrong direction is wrong and still counts for its relation; Other does not count."""
    true = [NAMES[0], NAMES[0], NAMES[1], NAMES[2], NAMES[3]]
    found = [NAMES[0], NAMES[1], NAMES[2], NAMES[3], NAMES[3]]
    counts = TASK.sufficient_statistics(
        [example(n) for n in true], [said(n) for n in found], LABELS
    )
    scores = TASK.scores(counts.sum(axis=0), LABELS)
    # Cause-Effect: 1 right, 2 said, 3 true; Part-Whole: 1 right, 2 said, 1 true.
    assert scores["macro_f1"] == pytest.approx((2 / 5 + 2 / 3) / 2)
    assert scores["accuracy"] == pytest.approx(2 / 5)


def test_who_is_head_depends_on_the_direction() -> None:
    plain = RelationExample("fire makes smoke", (0, 4), (11, 16))
    units = [[("Cause-Effect(e2,e1)",)]]
    (turned,) = TASK.predictions_from_units([plain], units, LABELS)
    assert (turned.head, turned.tail) == ("smoke", "fire")
    assert turned.summary() == "smoke — Cause-Effect(e2,e1) → fire"


@pytest.mark.parametrize(
    "row",
    [
        '{"text": "<e1>fire</e1> makes <e2>smoke</e2>", "relation": "R"}',
        '{"text": "fire makes smoke", "head": {"start": 0, "end": 4}, "tail": {"start": 11, "end": 16}, "relation": "R"}',
        '{"token": ["fire", "makes", "smoke"], "h": {"name": "fire", "pos": [0, 1]}, "t": {"name": "smoke", "pos": [2, 3]}, "relation": "R"}',
    ],
)  # fmt: skip
def test_the_forms_that_people_have(tmp_path: Path, row: str) -> None:
    path = tmp_path / "relations.jsonl"
    path.write_text(f"{row}\n" * 3, encoding="utf-8")
    table = read_table(path)
    assert table.task == "relation-extraction"
    first = table.examples[0]
    assert marked(first) == "<e1>fire</e1> makes <e2>smoke</e2>"
    assert first.labels == ("R",)


def test_semeval_lines(tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    record = (
        '{n}\t"The <e1>child</e1> was in the <e2>cradle</e2>."\r\nOther\r\nComment: none\r\n\r\n'
    )
    path.write_text("".join(record.format(n=n) for n in range(1, 5)), encoding="utf-8", newline="")
    table = read_table(path)
    assert (table.task, len(table), table.labels) == ("relation-extraction", 4, ("Other",))
    assert table.examples[1].line == 5


def test_a_long_text_keeps_both_arguments(minilm: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(minilm)
    text = "word " * 300 + "fire makes smoke" + " word" * 300
    at = text.index("fire")
    long = RelationExample(text, (at, at + 4), (at + 11, at + 16), NAMES[0])
    (feature,) = TASK.encode([long], tokenizer, LABELS, 64, 0)
    assert len(feature.input_ids) == 64
    shown = [tokenizer.decode(feature.input_ids[a + 1 : b]) for a, b in feature.extra]
    assert shown == ["fire", "smoke"]
    apart = RelationExample("fire " + "word " * 300 + "smoke", (0, 4), (1505, 1510), NAMES[0])
    (feature,) = TASK.encode([apart], tokenizer, LABELS, 64, 0)
    assert len(feature.input_ids) <= 64
    shown = [tokenizer.decode(feature.input_ids[a + 1 : b]) for a, b in feature.extra]
    assert shown == ["fire", "smoke"]


def test_a_text_without_marks_is_refused_with_a_remedy() -> None:
    with pytest.raises(PredictionError, match="<e1>"):
        TASK.parse_input("fire makes smoke")


def test_from_plain_text_to_triples(stocked: Home, tmp_path: Path) -> None:
    people, cities = ["Ann", "Bob", "Eva", "Tom", "Ida"], ["Paris", "Rome", "Berlin", "Oslo"]
    pairs = [(p, c) for p in people for c in cities]
    tags = tmp_path / "people.conll"
    tags.write_text(
        "".join(f"{p} B-PER\nlives O\nin O\n{c} B-LOC\n. O\n\n" for p, c in pairs * 3), "utf-8"
    )
    relations = tmp_path / "relations.jsonl"
    rows = [
        f'{{"text": "<e1>{p}</e1> lives in <e2>{c}</e2>.", "relation": "lives-in(e1,e2)"}}\n'
        f'{{"text": "<e1>{c}</e1> is far from <e2>{p}</e2>.", "relation": "Other"}}\n'
        for p, c in pairs * 2
    ]
    relations.write_text("".join(rows), "utf-8")
    zoo = Zoo(stocked)
    zoo.tune(str(tags), name="people", method="full", epochs=4).wait()
    zoo.tune(str(relations), name="homes", method="full", epochs=3).wait()
    (triple,) = zoo.relations("homes", entities="people").invoke("Eva lives in Oslo.")
    assert (triple.head.text, triple.relation, triple.tail.text) == ("Eva", "lives-in", "Oslo")
