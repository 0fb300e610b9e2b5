"""Converters: which one is chosen, what it builds, and converters of other packages."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import chainzoo.data
from chainzoo import extension_points
from chainzoo.data import ReadOptions
from chainzoo.data.converters import (
    Converted,
    Converter,
    get_converter,
    infer_converter,
    register_converter,
    unregister_converter,
)
from chainzoo.data.read import read_table
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError, PluginError

TASKS = (
    "image-classification",
    "token-classification",
    "relation-extraction",
    "question-answering",
    "dialogue",
    "text-ranking",
    "summarization",
    "translation",
    "text-classification",
)


@dataclass(frozen=True)
class Note:
    """An example with the required members alone."""

    text: str
    labels: tuple[str, ...] = ()
    split: str | None = None
    line: int | None = None


class NoteConverter(Converter):
    """Rows with a column ``note``."""

    task = "notes"
    priority = 5

    def matches(self, sample: Sequence[Record], columns: Sequence[str]) -> bool:
        return "note" in columns

    def convert(
        self, records: Records, sample: Sequence[Record], options: ReadOptions
    ) -> Converted:
        notes = (Note(str(r.values["note"]), ("x",), line=r.line) for r in records.rows)
        return Converted(notes, min_labels=1)


CONVERTER = NoteConverter()  # What an entry point of these tests loads.


@pytest.fixture
def notes() -> Iterator[None]:
    register_converter(NoteConverter())
    yield
    unregister_converter("notes")


def sample_of(**values: object) -> tuple[list[Record], tuple[str, ...]]:
    return [Record(1, values), Record(2, values)], tuple(values)


def test_the_more_specific_form_of_data_is_recognised_first() -> None:
    converters = sorted((get_converter(task) for task in TASKS), key=lambda c: c.priority)
    assert tuple(converter.task for converter in converters) == TASKS
    sample, columns = sample_of(text="a", label="b", image="cat.png")
    assert infer_converter(sample, columns).task == "image-classification"


def test_a_task_is_named_by_its_converter_alone() -> None:
    folder = Path(chainzoo.data.__file__).parent
    named: dict[str, set[str]] = {}
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and node.value in TASKS:
                named.setdefault(str(node.value), set()).add(path.stem)
    named["dialogue"] -= {"messages", "summarization"}  # There it is the name of a column.
    assert named == {task: {task.replace("-", "_")} for task in TASKS}


def test_an_unknown_task_lists_the_known_ones() -> None:
    with pytest.raises(DataError, match="no converter for the task 'poetry'") as caught:
        get_converter("poetry")
    assert "text-classification" in caught.value.remedy


@pytest.mark.usefixtures("notes")
def test_a_registered_converter_is_asked_in_order_of_priority(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"note": "hello", "label": "a"}\n' * 2, "utf-8")
    table = read_table(path)
    assert (table.task, table.labels, len(table)) == ("notes", ("x",), 2)
    assert table.sha256


def test_an_installed_converter_is_found_by_its_entry_point(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    points = [EntryPoint("notes", "test_converters:CONVERTER", "chainzoo.converters")]
    groups = {"chainzoo.converters": points}
    monkeypatch.setattr(extension_points, "entry_points", lambda group: groups.get(group, []))
    path = tmp_path / "a.jsonl"
    path.write_text('{"note": "hello"}\n' * 2, "utf-8")
    assert read_table(path).task == "notes"
    assert read_table(path, ReadOptions(task="notes")).examples[0].text == "hello"


def test_a_broken_converter_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("notes", "no_such_package:CONVERTER", "chainzoo.converters")
    monkeypatch.setattr(extension_points, "entry_points", lambda group: [point])
    with pytest.raises(PluginError, match="'no_such_package'"):
        get_converter("notes")
    assert get_converter("dialogue").task == "dialogue"


def test_label_columns_of_zeros_and_ones_make_several_labels(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,rude,late\nyou are rude,1,0\nlate and rude,1,1\nfine,0,0\n", "utf-8")
    table = read_table(path, ReadOptions(label_column="rude, Late"))
    assert [example.labels for example in table.examples] == [("rude",), ("rude", "late"), ()]
    assert table.multi_label
    assert table.columns == {"text": "text", "label": "rude,late"}


def test_tags_in_the_last_column_are_labels_if_the_task_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("good\tB-one\nbad\tB-two\nfine\tB-one\npoor\tB-two\n\n", "utf-8")
    assert read_table(path).task == "token-classification"
    table = read_table(path, ReadOptions(task="text-classification", header=False))
    assert [e.labels for e in table.examples] == [("B-one",), ("B-two",)] * 2


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"question": "Who?", "title": "x"}, "expected a column of questions and one of contexts"),
        (
            {"question": "Who?", "context": "Ann", "answers": "Ann", "answer_start": "here"},
            "expected the position of an answer, found 'here'",
        ),
    ],
)
def test_a_wrong_question_answering_row_is_an_error_with_a_remedy(
    tmp_path: Path, row: dict[str, str], message: str
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{json.dumps(row)}\n" * 3, "utf-8")
    with pytest.raises(DataError, match=message) as caught:
        read_table(path, ReadOptions(task="question-answering"))
    assert caught.value.remedy


def test_a_range_that_is_no_number_is_an_error_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    row = {"text": "Ann ran", "head": {"start": "x", "end": 3}, "tail": {"start": 4, "end": 7}}
    path.write_text(json.dumps({**row, "relation": "r"}) + "\n", "utf-8")
    with pytest.raises(DataError, match="expected a text with two arguments") as caught:
        read_table(path)
    assert caught.value.line == 1
