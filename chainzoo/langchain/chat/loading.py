"""Load a causal language model for chat, once a process."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from chainzoo.catalog import Catalog
from chainzoo.errors import ModelLoadError, PredictionError
from chainzoo.home import Home
from chainzoo.modeling.loading import load_adapter, load_causal_lm, load_tokenizer
from chainzoo.modeling.references import fetch_weights, resolve
from chainzoo.tasks import get_task

DEFAULT_CONTEXT = 4096
"""Tokens that a model reads whose configuration does not say how many."""
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@dataclass(frozen=True, slots=True)
class LoadedChatModel:
    """A model in memory with its tokenizer. ``lock`` is held while it generates.

    ``context`` is the number of tokens that it reads, prompt and answer together.
    """

    model: Any
    tokenizer: Any
    context: int
    lock: Any = field(default_factory=threading.Lock)

    @property
    def template(self) -> str:
        """The model's own chat template, or ChatML for a model without one."""
        return str(self.tokenizer.chat_template or CHATML)

    @property
    def stop_ids(self) -> list[int]:
        """The token ids that end an answer."""
        declared = self.model.generation_config.eos_token_id
        ids = declared if isinstance(declared, list) else [declared]
        return sorted({int(i) for i in (*ids, self.tokenizer.eos_token_id) if i is not None})


def resolve_chat_model(ref: str, home: Home) -> Path:
    """The folder of a chat model: a folder's path, a model tuned for dialogue, or a card (fetched).

    Raises:
        UnknownReferenceError: it is none of these. FetchError: the card's weights cannot be had.
        PredictionError: the model cannot chat.
    """
    model = resolve(home, ref, ("folder", "card", "version"))
    if model.card is not None and model.card.kind != "causal":
        raise PredictionError(
            f"{model.ref} is a model of kind {model.card.kind!r} and cannot chat.",
            remedy="Choose a card of kind 'causal', such as smollm2-135m.",
        )
    if model.record is not None and not get_task(model.record.task).can_chat:
        raise PredictionError(
            f"{model.ref} was tuned for {model.record.task} and cannot chat.",
            remedy="Tune a model for dialogue, or name a card of kind 'causal'.",
        )
    return model.fetch().folder


@lru_cache(maxsize=2)
def load_chat_model(folder: Path, home: Home) -> LoadedChatModel:
    """Load the model in ``folder``, in the precision that is fastest on this machine.

    A folder with a PEFT adapter is loaded on the base that the adapter names. ``home`` has the
    base of a tuned model. The last two models stay in memory.

    Raises:
        PredictionError: the folder holds no causal language model.
    """
    import torch

    from chainzoo.modeling.precision import best_precision, device
    from chainzoo.tuning.manifest import MANIFEST_FILE

    if (folder / MANIFEST_FILE).is_file():
        return _load_tuned(folder, home)
    adapter = next((at for at in (folder, folder / "adapter") if _has_adapter(at)), None)
    base = _base_folder(adapter) if adapter else folder
    try:
        tokenizer = load_tokenizer(base)
        model = load_causal_lm(base, dtype=getattr(torch, best_precision()))
        if adapter:
            model = load_adapter(model, adapter)
    except ModelLoadError as error:
        raise PredictionError(
            f"{folder} holds no chat model that can be loaded: {error.message}",
            remedy="Give a folder of a causal language model with safetensors.",
        ) from None
    return LoadedChatModel(model.to(device()).eval(), tokenizer, _context(model))


def _load_tuned(folder: Path, home: Home) -> LoadedChatModel:
    """A model that was tuned for dialogue, on its base where it needs one."""
    from chainzoo.tuning.manifest import Manifest
    from chainzoo.tuning.model_folder import load_model

    manifest = Manifest.read(folder)
    base = None
    if manifest.needs_base:
        base = fetch_weights(Catalog.load(home).get(manifest.base), home)
    loaded = load_model(folder, base)
    model = loaded.model.encoder
    return LoadedChatModel(model, loaded.tokenizer, _context(model))


def _context(model: Any) -> int:
    return int(getattr(model.config, "max_position_embeddings", 0) or DEFAULT_CONTEXT)


def _has_adapter(folder: Path) -> bool:
    return (folder / "adapter_config.json").is_file()


def _base_folder(adapter: Path) -> Path:
    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    return Path(str(config.get("base_model_name_or_path")))
