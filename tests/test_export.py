"""Exported models, opened by their own runtime, answer as the registry's models do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from random_models import publish

from chainzoo import Zoo
from chainzoo.errors import ParityError, RegistryError
from chainzoo.export import export
from chainzoo.export.export import export_model
from chainzoo.export.formats import get_target
from chainzoo.export.parity import difference
from chainzoo.home import Home
from chainzoo.tasks import get_task
from chainzoo.tasks.predictions import Entity, TokenPrediction

TASKS = [
    "text-classification",
    "token-classification",
    "question-answering",
    "text-ranking",
    "sentence-similarity",
]


def short_inputs(task: str) -> list[Any]:
    return [value for value in get_task(task).sample_inputs if len(str(value)) < 300]


@pytest.mark.parametrize("task", TASKS)
def test_a_merged_folder_answers_alike(stocked: Home, tmp_path: Path, task: str) -> None:
    publish(stocked, "m", task, seed=1)
    result = export_model(stocked, "m", tmp_path / "out")
    assert result.matching_rows == result.rows > 0
    assert result.largest_difference < 1e-3
    assert (tmp_path / "out" / "model.safetensors").is_file()
    assert not list(tmp_path.glob(".*"))
    assert not list((tmp_path / "out").glob(".*"))


def test_tags_open_with_plain_transformers(stocked: Home, tmp_path: Path) -> None:
    from transformers import pipeline

    publish(stocked, "m", "token-classification", seed=2)
    export_model(stocked, "m", tmp_path / "out")
    tagger = pipeline("token-classification", model=str(tmp_path / "out"))
    text = "Ann Lee went to Oslo ."
    tags = {token["word"]: token["entity"] for token in tagger(text, ignore_labels=[])}
    assert set(tags.values()) <= {"O", "B-LOC", "I-LOC", "B-PER", "I-PER"}
    assert tags.keys() == {"ann", "lee", "went", "to", "oslo", "."}


def test_labels_open_with_sentence_transformers(stocked: Home, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    publish(stocked, "m", "text-classification", seed=3)
    export_model(stocked, "m", tmp_path / "out")
    texts = short_inputs("text-classification")
    logits = SentenceTransformer(str(tmp_path / "out"), device="cpu").encode(texts)
    powers = np.exp(logits - logits.max(1, keepdims=True))
    best = (powers / powers.sum(1, keepdims=True)).max(1)
    expected = Zoo(stocked).predictor("m").predict(texts)
    assert np.allclose(best, [p.score for p in expected], atol=0.02)  # It may be in bfloat16.


@pytest.mark.parametrize("task", [*TASKS, "relation-extraction"])
def test_onnx_answers_alike(stocked: Home, tmp_path: Path, task: str) -> None:
    publish(stocked, "m", task, seed=1)
    result = export_model(stocked, "m", tmp_path / "out", "onnx")
    assert result.matching_rows == result.rows > 0
    assert (tmp_path / "out" / "model.onnx").is_file()


def test_int8_is_smaller_and_its_loss_is_reported(stocked: Home, tmp_path: Path) -> None:
    publish(stocked, "m", "text-classification", seed=5)
    float32 = export_model(stocked, "m", tmp_path / "float32", "onnx")
    int8 = export_model(stocked, "m", tmp_path / "int8", "onnx-int8")
    assert int8.size_mb < 0.4 * float32.size_mb
    assert int8.largest_difference > float32.largest_difference


def test_an_export_that_answers_differently_is_refused(
    stocked: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(stocked, "m", "text-classification", seed=1)
    right = get_target("transformers")

    def write(loaded: Any, folder: Path) -> Any:
        files = right.write(loaded, folder)
        return replace(files, run=lambda inputs: -files.run(inputs))

    monkeypatch.setattr(export, "get_target", lambda name: replace(right, write=write))
    with pytest.raises(ParityError, match=r"answers 6 of 6 rows differently \(line 1: .* became"):
        export_model(stocked, "m", tmp_path / "out")
    assert not list(tmp_path.glob("*out*"))


def test_a_format_that_cannot_hold_the_model_is_an_error(stocked: Home, tmp_path: Path) -> None:
    publish(stocked, "m", "relation-extraction")
    with pytest.raises(RegistryError, match="Export it as onnx"):
        export_model(stocked, "m", tmp_path / "out")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a file").touch()
    with pytest.raises(RegistryError, match="exists"):
        export_model(stocked, "m", tmp_path / "full", "onnx")
    with pytest.raises(RegistryError, match=r"no format 'gguf'.*onnx-int8"):
        export_model(stocked, "m", tmp_path / "out", "gguf")


def test_predictions_differ_by_their_largest_number() -> None:
    one = TokenPrediction((Entity("Ann", "PER", 0, 3, 0.9),), ("B-PER",), (0.9,))
    other = TokenPrediction((Entity("Ann", "PER", 0, 3, 0.7),), ("B-PER",), (0.9,))
    moved = TokenPrediction((Entity("Ann", "PER", 1, 3, 0.9),), ("B-PER",), (0.9,))
    assert difference(one, one) == 0
    assert difference(one, other) == pytest.approx(0.2)
    assert difference(one, moved) == difference(one, TokenPrediction((), (), ())) == float("inf")
