"""Other annotation tools: doccano, spaCy, Dataturks, Rasa, brat and WebAnno; unknown shapes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from annotation_rows import entities, read_rows

from chainzoo.data import ReadOptions
from chainzoo.data.read import read_table
from chainzoo.errors import DataError

TEXT = "Ann of Acme"
BOTH = [("Ann", "PER"), ("Acme", "ORG")]
PAIR = [TEXT, {"entities": [[0, 3, "PER"], [7, 11, "ORG"]]}]
ENTS = [{"start": 0, "end": 3, "label": "PER"}, {"start": 7, "end": 11, "label": "ORG"}]
POINTS = [
    {"label": ["PER"], "points": [{"start": 0, "end": 2, "text": "Ann"}]},
    {"label": ["ORG"], "points": [{"start": 7, "end": 10, "text": "Acme"}]},
]
RELATIONAL = {
    "text": TEXT,
    "entities": [
        {"id": 1, "start_offset": 0, "end_offset": 3, "label": "PER"},
        {"id": 2, "start_offset": 7, "end_offset": 11, "label": "ORG"},
    ],
    "relations": [{"id": 1, "from_id": 1, "to_id": 2, "type": "works for"}],
}


@pytest.mark.parametrize(
    "row",
    [PAIR, {"text": TEXT, "ents": ENTS}, {"content": TEXT, "annotation": POINTS}, RELATIONAL],
    ids=["spacy-pair", "spacy-ents", "dataturks", "doccano"],
)
def test_entities_are_read(tmp_path: Path, row: object) -> None:
    table = read_rows(tmp_path, [row] * 3)
    assert table.task == "token-classification"
    assert entities(table) == [BOTH] * 3


def test_relations_of_doccano_are_read_when_asked_for(tmp_path: Path) -> None:
    assert "3 rows also have relations" in read_rows(tmp_path, [RELATIONAL] * 3).warnings[0]
    example = read_rows(tmp_path, [RELATIONAL] * 3, task="relation-extraction").examples[0]
    assert (example.first, example.second, example.relation) == ((0, 3), (7, 11), "works for")


def test_pairs_under_annotations_may_be_null(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"classes": ["PER", "ORG"], "annotations": [PAIR, None, PAIR]}))
    assert entities(read_table(path)) == [BOTH] * 2


def test_categories_of_spacy_are_labels(tmp_path: Path) -> None:
    rows = [{"text": f"t {n}", "cats": {"a": n % 2, "b": 1 - n % 2}} for n in range(4)]
    table = read_rows(tmp_path, rows)
    assert (table.labels, table.multi_label) == (("a", "b"), False)
    assert read_rows(tmp_path, [*rows, {"text": "t", "cats": {"a": 0, "b": 0}}]).multi_label


def test_empty_lists_are_no_sign_of_entities(tmp_path: Path) -> None:
    rows = [{"text": f"t {n}", "labels": [[], ["a"], ["a", "b"]][n % 3]} for n in range(9)]
    table = read_rows(tmp_path, rows)
    assert (table.task, table.multi_label, len(table)) == ("text-classification", True, 9)
    rows = [{"id": n, "text": f"t {n}", "label": [[], ["a"], ["b"]][n % 3]} for n in range(9)]
    table = read_rows(tmp_path, rows)
    assert (table.task, table.multi_label, len(table)) == ("text-classification", False, 6)
    assert table.warnings == ("3 rows have no label (an empty cell in 3); they are left out.",)


def test_rasa_yaml_and_markdown_hold_intents_and_entities(tmp_path: Path) -> None:
    examples = '- fly to [Rome](city)\n- from [Bonn]{"entity": "city", "role": "start"} now\n'
    block = "".join(f"      {line}\n" for line in examples.splitlines())
    files = {
        "nlu.yml": f"version: '3.1'\nnlu:\n  - intent: go\n    examples: |\n{block}"
        "  - synonym: x\n    examples: |\n      - y\n",
        "nlu.md": f"## intent:go\n{examples}\n## synonym:x\n- y\n",
    }
    for name, content in files.items():
        path = tmp_path / name
        path.write_text(content, "utf-8")
        table = read_table(path)
        assert (table.task, table.labels, len(table)) == ("text-classification", ("go",), 2)
        found = read_table(path, ReadOptions(task="token-classification"))
        assert entities(found) == [[("Rome", "city")], [("Bonn", "city")]]


def test_json_of_rasa_is_read(tmp_path: Path) -> None:
    examples = [{"text": f"t {n}", "intent": "ab"[n % 2]} for n in range(4)]
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"rasa_nlu_data": {"common_examples": examples}}))
    assert read_table(path).labels == ("a", "b")


def test_documents_of_brat_are_cut_into_lines(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_bytes("🙂 Ann of Acme\r\nNothing here\r\nBob\r\n".encode())
    (tmp_path / "d.ann").write_text(
        "T1\tPER 2 5\tAnn\nT2\tORG 9 13\tAcme\nR1\tWorks Arg1:T1 Arg2:T2\n"
        "T3\tPER 29 32\tBob\nT4\tPER 2 3;4 5\tA n\n#1\tNote T1\tsure\n",
        "utf-8",
    )
    for source in (tmp_path, tmp_path / "d.ann"):
        table = read_table(source)
        assert entities(table) == [BOTH, [], [("Bob", "PER")]]
        assert any("several pieces" in warning for warning in table.warnings)
        options = ReadOptions(task="relation-extraction")
        assert [e.relation for e in read_table(source, options).examples] == ["Works"]


def test_annotations_of_brat_without_a_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.ann"
    path.write_text("T1\tPER 0 3\tAnn\n")
    with pytest.raises(DataError, match=r"without their text d\.txt"):
        read_table(path)


def test_webanno_tsv_has_entities_and_relations(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.NamedEntity|identifier|value\n"
        "#T_RL=x.Relation|label|BT_x.NamedEntity\n\n\n#Text=🙂 Ann Bell of Acme\n"
        "1-1\t0-2\t🙂\t_\t_\t_\t_\t\n1-2\t3-6\tAnn\t*[1]\tPER[1]\t_\t_\t\n"
        "1-3\t7-11\tBell\t*[1]\tPER[1]\t_\t_\t\n1-4\t12-14\tof\t_\t_\t_\t_\t\n"
        "1-5\t15-19\tAcme\t*\tORG\tWorks\t1-2[1_0]\t\n\n#Text=No.\n2-1\t20-23\tNo.\t_\t_\t_\t_\t\n",
        "utf-8",
    )
    assert entities(read_table(path)) == [[("Ann Bell", "PER"), ("Acme", "ORG")], []]
    example = read_table(path, ReadOptions(task="relation-extraction")).examples[0]
    assert (example.first, example.second, example.relation) == ((2, 10), (14, 18), "Works")


def test_an_unknown_shape_is_described(tmp_path: Path) -> None:
    rows = [{"content": f"Ann {n} left", "marks": [{"from": 0, "what": "PER"}]} for n in range(20)]
    with pytest.raises(
        DataError, match=r"marks \(list, the first item: object with from, what\)"
    ) as caught:
        read_rows(tmp_path, rows)
    assert "Known forms" in caught.value.remedy


def test_a_docbin_is_refused_with_a_way_to_convert_it(tmp_path: Path) -> None:
    path = tmp_path / "train.spacy"
    path.write_bytes(b"x\x9c\x00")
    with pytest.raises(DataError, match="DocBin") as caught:
        read_table(path)
    assert "doc.to_json()" in caught.value.remedy
