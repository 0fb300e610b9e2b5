"""Models for other programs: opened by their own runtime, they answer as the registry's do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from random_models import publish

from chainzoo import Zoo
from chainzoo.errors import ParityError, RegistryError
from chainzoo.export import export as exporting
from chainzoo.export.samples import export_model
from chainzoo.home import Home
from chainzoo.tasks import get_task

TASKS = ["text-classification", "token-classification", "question-answering", "text-ranking"]


def short(task: str) -> list[Any]:
    return [value for value in get_task(task).sample_inputs if len(str(value)) < 300]


@pytest.mark.parametrize("task", TASKS)
def test_a_merged_folder_answers_alike(stocked: Home, tmp_path: Path, task: str) -> None:
    publish(stocked, "m", task, seed=1)
    found = export_model(stocked, "m", tmp_path / "out")
    assert found.same == found.rows > 0
    assert found.largest_difference < 1e-3
    assert (tmp_path / "out" / "model.safetensors").is_file()
    assert not list(tmp_path.glob(".*.part"))


def test_tags_open_with_plain_transformers(stocked: Home, tmp_path: Path) -> None:
    from transformers import pipeline

    publish(stocked, "m", "token-classification", seed=2)
    export_model(stocked, "m", tmp_path / "out")
    tagger = pipeline("token-classification", model=str(tmp_path / "out"))
    text = "Ann Lee went to Oslo ."
    said = {at["word"]: at["entity"] for at in tagger(text, ignore_labels=[])}
    assert set(said.values()) <= {"O", "B-LOC", "I-LOC", "B-PER", "I-PER"}
    assert said.keys() == {"ann", "lee", "went", "to", "oslo", "."}


def test_labels_open_with_sentence_transformers(stocked: Home, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    publish(stocked, "m", "text-classification", seed=3)
    export_model(stocked, "m", tmp_path / "out")
    texts = short("text-classification")
    logits = SentenceTransformer(str(tmp_path / "out"), device="cpu").encode(texts)
    powers = np.exp(logits - logits.max(1, keepdims=True))
    best = (powers / powers.sum(1, keepdims=True)).max(1)
    wanted = Zoo(stocked).predictor("m").predict(texts)
    assert np.allclose(best, [one.score for one in wanted], atol=0.02)  # It may be in bfloat16.


@pytest.mark.parametrize("task", [*TASKS, "relation-extraction"])
def test_onnx_answers_alike(stocked: Home, tmp_path: Path, task: str) -> None:
    publish(stocked, "m", task, seed=1)
    found = export_model(stocked, "m", tmp_path / "out", "onnx")
    assert found.same == found.rows > 0
    assert (tmp_path / "out" / "model.onnx").is_file()


def test_int8_is_smaller_and_tells_its_loss(stocked: Home, tmp_path: Path) -> None:
    publish(stocked, "m", "text-classification", seed=5)
    whole = export_model(stocked, "m", tmp_path / "whole", "onnx")
    small = export_model(stocked, "m", tmp_path / "small", "onnx-int8")
    assert small.megabytes < 0.4 * whole.megabytes
    assert small.largest_difference > whole.largest_difference


def test_what_answers_otherwise_is_refused(
    stocked: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(stocked, "m", "text-classification", seed=1)
    right = exporting.plain.write

    def wrong(loaded: Any, folder: Path) -> Any:
        made = right(loaded, folder)
        turned = {"logits": lambda inputs: -made.logits(inputs)}
        return type(made)(turned["logits"], made.opens_with, made.told)

    monkeypatch.setattr(exporting.plain, "write", wrong)
    with pytest.raises(ParityError, match=r"answers 6 of 6 rows differently \(line 1: .* became"):
        export_model(stocked, "m", tmp_path / "out")
    assert not list(tmp_path.glob("*out*"))


def test_what_a_format_cannot_hold_is_told(stocked: Home, tmp_path: Path) -> None:
    publish(stocked, "m", "relation-extraction")
    with pytest.raises(RegistryError, match="Export it as onnx"):
        export_model(stocked, "m", tmp_path / "out")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a file").touch()
    with pytest.raises(RegistryError, match="there already"):
        export_model(stocked, "m", tmp_path / "full", "onnx")
    with pytest.raises(RegistryError, match="no format 'gguf'"):
        export_model(stocked, "m", tmp_path / "out", "gguf")
