"""Tuned models with weights drawn at random: what matters is that two ways of calling them agree."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import torch

from chainzoo.home import Home
from chainzoo.registry import Lineage, ModelRecord, Registry
from chainzoo.tasks import LabelSpace, ModelSettings, get_task
from chainzoo.tuning import Recipe
from chainzoo.tuning.manifest import Manifest
from chainzoo.tuning.methods import apply_method
from chainzoo.tuning.model_folder import save_model

LABELS = {
    "text-classification": LabelSpace(("angry", "calm", "glad"), "single"),
    "token-classification": LabelSpace(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"), "tokens"),
    "relation-extraction": LabelSpace(("made(e1,e2)", "made(e2,e1)", "Other"), "single"),
    "question-answering": LabelSpace(("start", "end or none"), "span"),
    "text-ranking": LabelSpace(("probability",), "score"),
    "sentence-similarity": LabelSpace((), "pairs"),
}
SAMPLES: dict[str, list[Any]] = {
    "text-classification": ["The parcel is late again.", "Thank you!", "word " * 700],
    "token-classification": ["Ann Lee went to Oslo with Bo.", "Rain in Paris", ""],
    "relation-extraction": ["<e1>Ada</e1> wrote the first <e2>program</e2> of all."],
    "question-answering": [
        {"question": "Who came?", "context": "On Monday Ann came by train. Bo left."}
    ],
    "text-ranking": [{"query": "warm coat", "item": "A coat of wool"}, {"query": "a", "item": "b"}],
    "sentence-similarity": ["a late parcel", {"sentence1": "a coat", "sentence2": "a warm coat"}],
}


def publish(
    home: Home,
    name: str,
    task_name: str,
    *,
    method: Any = "lora",
    labels: LabelSpace | None = None,
    rank: int = 8,
    seed: int = 0,
    pooling: Any = "mean",
    **settings: Any,
) -> ModelRecord:
    """A tuned model on minilm-l6, with strong random adapters and heads."""
    torch.manual_seed(seed)
    base = home.weights / "minilm-l6"
    labels = labels or LABELS[task_name]
    recipe = Recipe(
        task=task_name,
        model="minilm-l6",
        method=method,
        lora_rank=rank,
        max_length=128,
        pooling=pooling,
        **settings,
    )
    task = get_task(task_name)
    model = task.build_model(base, ModelSettings(labels, pooling, 0.0, method=method))
    if method != "full":
        model = apply_method(model, recipe, [], 0)
    with torch.no_grad():
        for key, value in model.named_parameters():
            if "lora_B" in key:
                value.normal_(0, 0.05)
            elif key.startswith("head."):
                value.normal_(0, 0.3)
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "model"
        manifest = Manifest(task_name, labels, "minilm-l6", "0" * 64, recipe)
        save_model(model, task.load_processor(base), manifest, folder)
        lineage = Lineage(
            data_name="none", data_sha256="", recipe=recipe.model_dump(mode="json"),
            base="minilm-l6", base_sha256="0" * 64, packages={},
        )  # fmt: skip
        report = {"metric": "accuracy", "scores": {"accuracy": 0.5}, "rows": 1}
        return Registry(home).publish(name, folder, lineage, report, task=task_name, method=method)
