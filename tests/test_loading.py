"""Loading of pretrained weights: safetensors only, one thread at a time, errors that name the folder."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from chainzoo.errors import ModelLoadError
from chainzoo.home import Home
from chainzoo.modeling import loading
from tests import tiny

ROOT = Path(__file__).parents[1]
THREADS = 8
LOADERS = {"from_pretrained", "from_config", "SentenceTransformer"}


def in_threads(work: Callable[[], Any]) -> list[Any]:
    """What ``work`` returns in each of eight threads that start it at the same moment."""
    start = threading.Barrier(THREADS)

    def begin(_: int) -> Any:
        start.wait()
        return work()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(begin, range(THREADS)))


@pytest.fixture
def llama(home: Home, tmp_path: Path) -> Path:
    """A tiny chat model whose output layer shares the embeddings' weights."""
    tiny.causal(home, tmp_path / "llama")
    return tmp_path / "llama"


def test_eight_threads_load_the_same_weights(llama: Path) -> None:
    expected = loading.load_causal_lm(llama).state_dict()
    for _ in range(5):
        for model in in_threads(lambda: loading.load_causal_lm(llama)):
            state = model.state_dict()
            assert state.keys() == expected.keys()
            assert all(torch.equal(state[name], expected[name]) for name in expected)
            assert model.lm_head.weight is model.model.embed_tokens.weight


def test_no_two_threads_are_in_transformers_at_once(
    llama: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, overlaps = threading.Semaphore(1), []
    original = transformers.AutoModelForCausalLM.from_pretrained

    def watched(*args: Any, **options: Any) -> Any:
        alone = inside.acquire(blocking=False)
        overlaps.append(not alone)
        try:
            return original(*args, **options)
        finally:
            if alone:
                inside.release()

    monkeypatch.setattr(transformers.AutoModelForCausalLM, "from_pretrained", watched)
    in_threads(lambda: loading.load_causal_lm(llama))
    assert overlaps == [False] * THREADS


def test_models_are_loaded_in_one_module_only() -> None:
    elsewhere = []
    for path in sorted((ROOT / "chainzoo").rglob("*.py")):
        if path.name == "loading.py" and path.parent.name == "modeling":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in LOADERS and not any(k.arg == "modules" for k in node.keywords):
                    elsewhere.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert elsewhere == []


def test_encoders_come_without_a_pooling_layer(minilm: Path) -> None:
    encoder = loading.load_encoder(minilm)
    assert encoder.pooler is None
    assert next(encoder.parameters()).dtype == torch.float32


def test_a_language_model_is_loaded_by_its_kind(home: Home, llama: Path, tmp_path: Path) -> None:
    tiny.seq2seq(home, tmp_path / "t5", "t5")
    assert type(loading.load_language_model(llama)).__name__ == "LlamaForCausalLM"
    assert type(loading.load_language_model(tmp_path / "t5")).__name__ == (
        "T5ForConditionalGeneration"
    )


def test_pickled_weights_are_refused(llama: Path) -> None:
    torch.save(loading.load_causal_lm(llama).state_dict(), llama / "pytorch_model.bin")
    (llama / "model.safetensors").unlink()
    with pytest.raises(ModelLoadError, match="no causal language model that can be loaded"):
        loading.load_causal_lm(llama)


@pytest.mark.parametrize(
    ("load", "what"),
    [
        (loading.load_encoder, "encoder"),
        (loading.load_causal_lm, "causal language model"),
        (loading.load_tokenizer, "tokenizer"),
        (loading.load_image_processor, "image processor"),
    ],
)
def test_an_empty_folder_is_named_in_the_error(
    load: Callable[[Path], Any], what: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelLoadError, match=f"{tmp_path.name} holds no {what}"):
        load(tmp_path)


def test_a_missing_folder_is_not_taken_for_a_name_on_a_hub(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match="There is no folder"):
        loading.load_encoder(tmp_path / "bert-base-uncased")
