"""Label Studio's exports: JSON, JSON-MIN, CSV and CoNLL."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from annotation_rows import choice, entities, read_rows, region, task

from chainzoo.data.read import read_table
from chainzoo.errors import DataError

EMOJI = "🙂 Ann of Acme"
ENTITIES = [region(3, 6, "Ann", "PER"), region(10, 14, "Acme", "ORG")]
TIMES = {"annotator": 1, "annotation_id": 5, "created_at": "2025", "lead_time": 1.5}


def test_offsets_are_utf16_code_units(tmp_path: Path) -> None:
    table = read_rows(tmp_path, [task(EMOJI, {"result": ENTITIES})] * 3)
    assert entities(table)[0] == [("Ann", "PER"), ("Acme", "ORG")]
    assert table.warnings == ()


def test_choices_are_labels(tmp_path: Path) -> None:
    rows = [task(f"row {n}", {"result": [choice("ab"[n % 2])]}) for n in range(4)]
    table = read_rows(tmp_path, rows)
    assert (table.task, table.labels, table.multi_label) == (
        "text-classification",
        ("a", "b"),
        False,
    )


def test_the_keys_of_the_data_and_of_the_controls_may_have_any_name(tmp_path: Path) -> None:
    results = [choice("a", control="x"), choice("z", control="y")]
    rows = [task(f"row {n}", {"result": results}, key="Body") for n in range(3)]
    table = read_rows(tmp_path, rows, text_column="Body", label_column="y")
    assert (table.labels, table.examples[0].text) == (("z",), "row 0")
    assert read_rows(tmp_path, rows).warnings[0].startswith("3 answers of the control 'y'")


def test_cancelled_and_missing_annotations_are_left_out_and_counted(tmp_path: Path) -> None:
    cancelled = {"was_cancelled": True, "result": ENTITIES}
    rows = [task(EMOJI, {"result": ENTITIES}), task(EMOJI, cancelled), task(EMOJI)]
    table = read_rows(tmp_path, rows)
    assert len(table) == 1
    assert table.warnings == (
        "1 annotations were cancelled or skipped; they are left out.",
        "1 rows have no annotation; they are left out.",
    )


def test_of_several_annotators_the_ground_truth_then_the_majority_is_taken(tmp_path: Path) -> None:
    a, b = {"result": [choice("a")]}, {"result": [choice("b")]}
    rows = [task("one", a, b, b), task("two", b, {**a, "ground_truth": True}), task("three", a, b)]
    table = read_rows(tmp_path, rows)
    assert [e.labels for e in table.examples] == [("b",), ("a",), ("a",)]
    assert [warning.rpartition(";")[2].strip() for warning in table.warnings] == [
        "the answer that most of them gave is taken.",
        "1 texts were annotated by several people: the ground truth is taken.",
        "the first answer is taken.",
    ]


def test_relations_join_regions(tmp_path: Path) -> None:
    regions = [region(3, 6, "Ann", "PER", "p"), region(10, 14, "Acme", "ORG", "o")]
    link = {"type": "relation", "from_id": "p", "to_id": "o", "labels": ["works for"]}
    rows = [task(EMOJI, {"result": [*regions, link]})] * 2
    example = read_rows(tmp_path, rows, task="relation-extraction").examples[0]
    assert (example.first, example.second, example.relation) == ((2, 5), (9, 13), "works for")


def test_rows_of_json_min_have_spans_and_choices(tmp_path: Path) -> None:
    spans = [r["value"] for r in ENTITIES]
    row = {"text": EMOJI, "id": 1, "label": spans, **TIMES}
    assert entities(read_rows(tmp_path, [{**row, "id": n} for n in range(3)]))[0][0] == (
        "Ann",
        "PER",
    )
    rows = [{"text": f"t {n}", "id": n, "mood": "ab"[n % 2], **TIMES} for n in range(4)]
    assert read_rows(tmp_path, rows).labels == ("a", "b")


def test_cells_of_csv_hold_json(tmp_path: Path) -> None:
    cell = json.dumps([r["value"] for r in ENTITIES], ensure_ascii=False).replace('"', '""')
    head = "text,id,label,annotator,annotation_id,created_at,updated_at,lead_time\n"
    rows = "".join(f'{EMOJI},{n},"{cell}",1,{n},2025,2025,1.5\n' for n in range(3))
    path = tmp_path / "a.csv"
    path.write_text(head + rows, "utf-8")
    assert entities(read_table(path))[2] == [("Ann", "PER"), ("Acme", "ORG")]


def test_conll_has_empty_columns_between(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    sentence = "Ann -X- _ B-PER\nBell -X- _ I-PER\nleft -X- _ O\n\n"
    path.write_text("-DOCSTART- -X- O\n" + sentence * 3, "utf-8")
    assert entities(read_table(path)) == [[("Ann Bell", "PER")]] * 3


def test_results_that_are_no_annotations_of_texts_are_named(tmp_path: Path) -> None:
    result = {"type": "rectanglelabels", "from_name": "box", "value": {"x": 1}}
    with pytest.raises(DataError, match="rectanglelabels"):
        read_rows(tmp_path, [task("one", {"result": [result]})] * 2)
