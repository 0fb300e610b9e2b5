"""From a tuned model's folder to a tenant of a shared base: safetensors straight into tensors."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import weakref
from pathlib import Path
from typing import Any

from torch import Tensor

from chainzoo.errors import RegistryError
from chainzoo.inference.engine.embedding import EMBEDDING
from chainzoo.inference.engine.multi_lora import NOTHING, Adapter, LinearHead, LoraWeights
from chainzoo.inference.engine.shared_base import HeadSignature, ServedModel, SharedBase
from chainzoo.tasks import LabelSpace, ModelSettings, Task, get_task
from chainzoo.tuning.encoding import padding_id
from chainzoo.tuning.manifest import Manifest

LORA = re.compile(r"^base_model\.model\.(?P<layer>.+)\.lora_(?P<side>[AB])\.weight$")
# What else PEFT can put into an adapter, which is not a product of two matrices a layer.
OTHER = ("use_dora", "use_bdlora", "rank_pattern", "alpha_pattern", "modules_to_save",
         "layer_replication", "fan_in_fan_out", "target_parameters")  # fmt: skip


def open_tenant(
    ref: str, folder: Path, manifest: Manifest, base: SharedBase, tokenizers: Tokenizers
) -> ServedModel | None:
    """The tuned model in ``folder`` on ``base``; ``None`` where its adapter cannot be shared.

    Raises:
        RegistryError: the folder is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        state = {n: v.to(*base.place) for n, v in load_file(folder / "head.safetensors").items()}
        if set(state) != {"weight", "bias"}:
            return None
        lora = manifest.method in ("lora", "qlora")
        adapter = _adapter(folder / "adapter", base) if lora else NOTHING
        if adapter is None or not base.admit(sorted(adapter)):
            return None
        task = get_task(manifest.task)
        tokenizer, lock = tokenizers.open(folder / "tokenizer", task)
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise RegistryError(
            f"{folder} cannot be loaded: {str(error).splitlines()[0]}", remedy="Tune it again."
        ) from None
    head = LinearHead(state["weight"], state["bias"])
    pooling = manifest.recipe.pooling or "mean"
    problem = manifest.labels.problem
    pad_id = padding_id(tokenizer)
    held = [head.weight, head.bias, *(side for p in adapter.values() for side in (p.down, p.up))]
    return ServedModel(
        ref=ref,
        task=task,
        labels=manifest.labels,
        max_length=manifest.max_length,
        stride=manifest.recipe.stride,
        tokenizer=tokenizer,
        lock=lock,
        base=base,
        adapter=adapter,
        head=head,
        kind=HeadSignature(task.name, pooling, problem, pad_id),
        settings=ModelSettings(manifest.labels, pooling, 0.0, method=manifest.method),
        method=manifest.method,
        bytes=_size(held),
    )


def embedding_tenant(
    ref: str, folder: Path, pooling: str, base: SharedBase, tokenizers: Tokenizers
) -> ServedModel:
    """The encoder of ``base`` itself, as a model of embeddings."""
    tokenizer, lock = tokenizers.open(folder, EMBEDDING)
    labels = LabelSpace((), "text")
    longest = int(getattr(base.encoder.config, "max_position_embeddings", 512))
    way: Any = "cls" if pooling == "cls" else "mean"
    return ServedModel(
        ref=ref,
        task=EMBEDDING,
        labels=labels,
        max_length=min(longest, 512),
        stride=0,
        tokenizer=tokenizer,
        lock=lock,
        base=base,
        adapter=NOTHING,
        head=None,
        kind=HeadSignature(EMBEDDING.name, way, "text", tokenizer.pad_token_id or 0),
        settings=ModelSettings(labels, way, 0.0),
        method="embedding",
    )


def _adapter(folder: Path, base: SharedBase) -> Adapter | None:
    """LoRA's matrices by layer; ``None`` where it is more than that."""
    from safetensors import safe_open

    told = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    if told.get("bias", "none") != "none" or any(told.get(name) for name in OTHER):
        return None
    rank, alpha = int(told["r"]), float(told["lora_alpha"])
    scale = alpha / (rank**0.5 if told.get("use_rslora") else rank)
    sides: dict[str, dict[str, Tensor]] = {}
    with safe_open(folder / "adapter_model.safetensors", framework="pt") as file:
        for name in file.keys():  # noqa: SIM118 - it is no mapping
            match = LORA.match(name)
            if match is None:
                return None
            sides.setdefault(match["layer"], {})[match["side"]] = file.get_tensor(name)
    return {
        layer: LoraWeights(
            both["A"].T.contiguous().to(*base.place),
            (both["B"].T * scale).contiguous().to(*base.place),
        )
        for layer, both in sides.items()
    }


def _size(tensors: list[Tensor]) -> int:
    return sum(t.numel() * t.element_size() for t in tensors)


class Tokenizers:
    """One tokenizer for all models whose tokenizer files are the same, byte for byte."""

    def __init__(self) -> None:
        self._open: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()
        self._locks: weakref.WeakKeyDictionary[Any, threading.Lock] = weakref.WeakKeyDictionary()
        self._guard = threading.Lock()

    def open(self, folder: Path, task: Task | Any) -> tuple[Any, threading.Lock]:
        """The tokenizer in ``folder``, and the lock to hold while it is used."""
        key = f"{type(task).load_processor.__qualname__}:{_content(folder)}"
        with self._guard:
            tokenizer = self._open.get(key)
            if tokenizer is None:
                tokenizer = task.load_processor(folder)
                self._open[key] = tokenizer
                self._locks[tokenizer] = threading.Lock()
            return tokenizer, self._locks[tokenizer]


def _content(folder: Path) -> str:
    """A hash of what decides how a tokenizer cuts text."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in (".json", ".txt", ".model", ".jinja") and path.is_file():
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
