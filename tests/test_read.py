"""Reading tables: what is inferred, what options override, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chainzoo.data import ReadOptions, Span
from chainzoo.data.read import read_table
from chainzoo.data.table import check_trainable
from chainzoo.errors import DataError


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_the_encoding_is_detected(tmp_path: Path, encoding: str) -> None:
    text = (
        "文本,标签\n"
        + "\n".join(f"这家餐厅的第{at}道菜很好吃,好评" for at in range(9))
        + "\n太贵了不再来,差评\n"
    )
    table = read_table(write(tmp_path / "a.csv", text, encoding))
    assert len(table) == 10
    assert table.labels == ("好评", "差评")


def test_latin_1_is_detected(tmp_path: Path) -> None:
    table = read_table(
        write(tmp_path / "a.csv", "text,label\ncafé très bon,a\nnaïve idée,b\n", "latin-1")
    )
    assert table.examples[0].text == "café très bon"


def test_inferred_options_are_listed_and_can_be_overridden(tmp_path: Path) -> None:
    rows = [f"row {at},this is text number {at},{'ab'[at % 2]},{'xyz'[at % 3]}" for at in range(12)]
    path = write(tmp_path / "a.csv", "id,body,label,kind\n" + "\n".join(rows))
    table = read_table(path)
    assert table.columns == {"text": "body", "label": "label"}
    assert {option.name for option in table.inferred} >= {"task", "text column", "label column"}
    overridden = read_table(path, ReadOptions(label_column="kind"))
    assert overridden.labels == ("x", "y", "z")


def test_a_cell_can_hold_several_labels(tmp_path: Path) -> None:
    text = "text,labels\none thing,a\nother thing,b\nboth things,a|b\nall of it,b|a\n"
    table = read_table(write(tmp_path / "a.csv", text))
    assert table.multi_label
    assert table.examples[2].labels == ("a", "b")


@pytest.mark.parametrize(
    "value",
    [
        {"text": "Tim Cook in 深圳", "label": [[0, 8, "PER"], [12, 14, "LOC"]]},
        {
            "text": "Tim Cook in 深圳",
            "label": {"PER": {"Tim Cook": [[0, 7]]}, "LOC": {"深圳": [[12, 13]]}},
        },
        {
            "data": {"text": "Tim Cook in 深圳"},
            "annotations": [
                {
                    "result": [
                        {
                            "type": "labels",
                            "value": {"start": 0, "end": 8, "text": "Tim Cook", "labels": ["PER"]},
                        },
                        {
                            "type": "labels",
                            "value": {"start": 12, "end": 14, "text": "深圳", "labels": ["LOC"]},
                        },
                    ]
                }
            ],
        },
    ],
    ids=["doccano", "cluener", "label-studio"],
)
def test_spans_of_annotation_tools_are_read(tmp_path: Path, value: dict[str, object]) -> None:
    line = json.dumps(value, ensure_ascii=False)
    table = read_table(write(tmp_path / "a.jsonl", f"{line}\n{line}\n"))
    assert table.task == "token-classification"
    assert table.examples[0].spans == (Span(0, 8, "PER"), Span(12, 14, "LOC"))


def test_the_keys_of_a_json_object_are_splits(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.json", json.dumps({"train": [["hi there", "x"]], "val": [["oh no", "y"]]})
    )
    assert [example.split for example in read_table(path).examples] == ["train", "val"]


def test_objects_in_memory_are_read() -> None:
    pandas = pytest.importorskip("pandas")
    rows = [{"text": "good", "label": 1}, {"text": "bad", "label": 0}]
    assert read_table(pandas.DataFrame(rows)).labels == ("0", "1")
    assert len(read_table(rows)) == 2


def test_an_error_names_file_line_and_remedy(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "a", "label": "b"}\n{"text": \n')
    with pytest.raises(DataError) as caught:
        read_table(path)
    assert caught.value.line == 2
    assert str(path) in str(caught.value)
    assert caught.value.remedy


def test_a_table_with_one_label_cannot_be_trained_on(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv", "text,label\n" + "".join(f"text {at},same\n" for at in range(20))
    )
    with pytest.raises(DataError, match="only the label 'same'"):
        check_trainable(read_table(path))
