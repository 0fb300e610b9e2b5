"""Load a tuned model, or a card's encoder, onto a shared base."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from chainzoo.errors import RegistryError, first_line
from chainzoo.inference.engine.heads import LinearHead
from chainzoo.inference.engine.lora_files import read_lora
from chainzoo.inference.engine.multi_lora import NO_ADAPTER
from chainzoo.inference.engine.served_model import HeadSignature, ServedModel
from chainzoo.inference.engine.shared_base import SharedBase
from chainzoo.inference.engine.tokenizer_cache import TokenizerCache
from chainzoo.modeling.pooling import Pooling
from chainzoo.tasks import LabelSpace, ModelSettings, get_task
from chainzoo.tasks.sentence_similarity import TASK as SENTENCE_SIMILARITY
from chainzoo.tuning.encoding import padding_id
from chainzoo.tuning.manifest import Manifest

MAX_EMBEDDING_LENGTH = 512


def load_served_model(
    ref: str, folder: Path, manifest: Manifest, base: SharedBase, tokenizers: TokenizerCache
) -> ServedModel | None:
    """Load the tuned model in ``folder`` onto ``base``; ``None`` where it cannot share it.

    Raises:
        RegistryError: a file of the model is missing or damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    device, dtype = base.device, base.dtype
    try:
        tensors = load_file(folder / "head.safetensors")
        state = {name: value.to(device, dtype) for name, value in tensors.items()}
        if state and set(state) != {"weight", "bias"}:
            return None
        is_lora = manifest.method in ("lora", "qlora")
        adapter = read_lora(folder / "adapter", device, dtype) if is_lora else NO_ADAPTER
        if adapter is None or not base.prepare_layers(sorted(adapter)):
            return None
        task = get_task(manifest.task)
        tokenizer, tokenizer_lock = tokenizers.open(folder / "tokenizer", task)
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise RegistryError(
            f"{folder} cannot be loaded: {first_line(error)}", remedy="Tune it again."
        ) from None
    pooling: Pooling = manifest.recipe.pooling or "mean"
    lora = [matrix for weights in adapter.values() for matrix in (weights.A, weights.B)]
    return ServedModel(
        ref=ref,
        task=task,
        labels=manifest.labels,
        max_length=manifest.max_length,
        stride=manifest.recipe.stride,
        tokenizer=tokenizer,
        tokenizer_lock=tokenizer_lock,
        base=base,
        adapter=adapter,
        head=LinearHead(state["weight"], state["bias"]) if state else None,
        signature=HeadSignature(
            task.name, pooling, manifest.labels.problem, padding_id(tokenizer), bool(state)
        ),
        settings=ModelSettings(manifest.labels, pooling, 0.0, method=manifest.method),
        method=manifest.method,
        bytes=_byte_count([*state.values(), *lora]),
    )


def load_embedding_model(
    ref: str, folder: Path, pooling: Pooling, base: SharedBase, tokenizers: TokenizerCache
) -> ServedModel:
    """The encoder of ``base`` itself as a model of embeddings."""
    tokenizer, tokenizer_lock = tokenizers.open(folder, SENTENCE_SIMILARITY)
    labels = LabelSpace((), "pairs")
    max_length = int(getattr(base.encoder.config, "max_position_embeddings", MAX_EMBEDDING_LENGTH))
    return ServedModel(
        ref=ref,
        task=SENTENCE_SIMILARITY,
        labels=labels,
        max_length=min(max_length, MAX_EMBEDDING_LENGTH),
        stride=0,
        tokenizer=tokenizer,
        tokenizer_lock=tokenizer_lock,
        base=base,
        adapter=NO_ADAPTER,
        head=None,
        signature=HeadSignature(
            SENTENCE_SIMILARITY.name, pooling, labels.problem, padding_id(tokenizer), has_head=False
        ),
        settings=ModelSettings(labels, pooling, 0.0),
        method="embedding",
    )


def _byte_count(tensors: list[Tensor]) -> int:
    return sum(t.numel() * t.element_size() for t in tensors)
