"""Predicting on files: columns, formats, and failures that leave the old output."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from chainzoo.data.stream import open_texts
from chainzoo.errors import PredictionError
from chainzoo.inference.files import predict_file
from chainzoo.inference.runnable import STREAM_CHUNK, TaskPredictor
from chainzoo.tasks.predictions import TextOutput, TextPrediction


class Shout(TaskPredictor):
    """Predicts without a model: the label is the text in upper case."""

    task, name = "text-classification", "shout"

    def predict(self, inputs: Sequence[Any], **options: Any) -> list[Any]:
        if "bad" in inputs:
            raise PredictionError("Input is bad.")
        return [TextPrediction(t.upper(), 1.0, (t.upper(),), {t.upper(): 1.0}) for t in inputs]


class Echo(TaskPredictor):
    """Generates without a model: the text itself."""

    task, name = "summarization", "echo"

    def predict(self, inputs: Sequence[Any], **options: Any) -> list[Any]:
        return [TextOutput(text) for text in inputs]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text("id,text,label\n1,hello there,x\n2,good night,y\n", encoding="utf-8")
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_columns_of_the_prediction_are_added_and_none_is_replaced(source: Path) -> None:
    output = source.with_name("out.csv")
    assert predict_file(Shout(), source, output) == 2
    assert read_csv(output)[0] == {
        "id": "1", "text": "hello there", "label": "x",
        "predicted_label": "HELLO THERE", "score": "1.0",
    }  # fmt: skip


def test_the_suffix_of_the_output_chooses_json_lines(source: Path) -> None:
    output = source.with_name("out.jsonl")
    assert predict_file(Echo(), source, output) == 2
    rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [row["output"] for row in rows] == ["hello there", "good night"]


def test_a_failed_prediction_keeps_the_old_output(source: Path) -> None:
    output = source.with_name("out.csv")
    output.write_text("old", encoding="utf-8")
    source.write_text("text\ngood\nbad\n", encoding="utf-8")
    with pytest.raises(PredictionError, match="bad"):
        predict_file(Shout(), source, output)
    assert output.read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in source.parent.iterdir()) == ["in.csv", "out.csv"]


def test_an_output_that_cannot_be_written_is_an_error(source: Path) -> None:
    with pytest.raises(PredictionError, match="is the input"):
        predict_file(Shout(), source, source)
    folder = source.with_name("folder")
    folder.mkdir()
    with pytest.raises(PredictionError, match=r"cannot be written.*--output"):
        predict_file(Shout(), source, folder)


def test_progress_is_reported_by_chunk(tmp_path: Path) -> None:
    source, progress = tmp_path / "in.txt", []
    source.write_text("hello there\n" * (STREAM_CHUNK + 3), encoding="utf-8")
    predict_file(Shout(), source, tmp_path / "out.csv", progress=progress.append)
    assert progress == [STREAM_CHUNK, STREAM_CHUNK + 3]


def test_a_csv_has_the_columns_of_all_rows(tmp_path: Path) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / "out.csv"
    rows = [{"text": "first"}, {"text": "second", "note": "a, b"}, {"text": "third", "label": "x"}]
    source.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert predict_file(Shout(), source, output) == 3
    read = read_csv(output)
    assert list(read[0])[:4] == ["text", "note", "label", "predicted_label"]
    assert [row["note"] for row in read] == ["", "a, b", ""]
    assert [row["predicted_label"] for row in read] == ["FIRST", "SECOND", "THIRD"]


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+call me", "-see below", "@ann hello"])
def test_formulas_are_defused_in_csv(tmp_path: Path, text: str) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / "out.csv"
    source.write_text(json.dumps({"text": text}), encoding="utf-8")
    predict_file(Shout(), source, output)
    assert read_csv(output)[0]["text"] == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+1.5", "-", "a=b", "-3 %"])
def test_numbers_and_plain_texts_are_kept_in_csv(tmp_path: Path, text: str) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / "out.csv"
    source.write_text(json.dumps({"text": "some words", "x": text}), encoding="utf-8")
    predict_file(Shout(), source, output)
    assert read_csv(output)[0]["x"] == text


def test_the_columns_that_are_read_are_said(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"subject": "some words", "x": 1}), encoding="utf-8")
    said: list[str] = []
    predict_file(Shout(), source, tmp_path / "out.csv", on_read=said.append)
    assert said == ["Read from subject."]


def test_the_text_column_of_the_recipe_is_read(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("url,subject\nsome longer words here,short\n", encoding="utf-8")
    stream = open_texts(source, None, "subject")
    assert [row.text for row in stream.rows] == ["short"]
    stream = open_texts(source, None, "gone")
    assert "there is no column gone" in stream.note
