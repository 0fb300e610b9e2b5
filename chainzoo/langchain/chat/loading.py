"""A causal language model and its tokenizer, loaded once a process."""

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

MANIFEST = "chainzoo.json"
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@dataclass(frozen=True, slots=True)
class LoadedChatModel:
    """What generates: used by one thread at a time, by its lock."""

    model: Any
    tokenizer: Any
    context: int
    lock: Any = field(default_factory=threading.Lock)

    @property
    def template(self) -> str:
        """The model's own chat template, or ChatML for a model without one."""
        return str(self.tokenizer.chat_template or CHATML)

    @property
    def stops(self) -> list[int]:
        """The token ids that end an answer."""
        declared = self.model.generation_config.eos_token_id
        found = declared if isinstance(declared, list) else [declared]
        return sorted({int(i) for i in (*found, self.tokenizer.eos_token_id) if i is not None})


def find_folder(model: str, home: Path | None) -> Path:
    """The folder of a model: a folder's path, a tuned model's name, or a card's id (fetched).

    Raises:
        UnknownReferenceError: it is none of these. FetchError: the card's weights cannot be had.
        PredictionError: the card is no chat model.
    """
    found = resolve(Home(home) if home else Home.default(), model, ("folder", "card", "version"))
    if found.card is not None and found.card.kind != "causal":
        raise PredictionError(
            f"{found.ref} is a model of kind {found.card.kind!r} and cannot chat.",
            remedy="Choose a card of kind 'causal', such as smollm2-135m.",
        )
    if found.record is not None and not get_task(found.record.task).can_chat:
        raise PredictionError(
            f"{found.ref} was tuned for {found.record.task} and cannot chat.",
            remedy="Tune a model for dialogue, or name a card of kind 'causal'.",
        )
    return found.fetch().folder


@lru_cache(maxsize=2)
def load_chat(folder: Path, home: Path | None = None) -> LoadedChatModel:
    """The model in a folder, in the precision that this machine is fast at.

    A folder with an adapter (PEFT) is loaded on the base that the adapter names.

    Raises:
        PredictionError: there is no causal language model in the folder.
    """
    import torch

    from chainzoo.modeling.precision import best_precision, device

    if (folder / MANIFEST).is_file():
        return _load_tuned(folder, Home(home) if home else Home.default())
    adapter = next((at for at in (folder, folder / "adapter") if _is_adapter(at)), None)
    base = _base_of(adapter) if adapter else folder
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
    context = int(getattr(model.config, "max_position_embeddings", 0) or 4096)
    return LoadedChatModel(model.to(device()).eval(), tokenizer, context)


def _load_tuned(folder: Path, home: Home) -> LoadedChatModel:
    """A model that was tuned for dialogue, on its base where it needs one."""
    from chainzoo.tuning.manifest import Manifest
    from chainzoo.tuning.model_folder import load_model

    manifest = Manifest.read(folder)
    base = (
        fetch_weights(Catalog.load(home).get(manifest.base), home) if manifest.needs_base else None
    )
    found = load_model(folder, base)
    model = found.model.encoder
    context = int(getattr(model.config, "max_position_embeddings", 0) or 4096)
    return LoadedChatModel(model, found.tokenizer, context)


def _is_adapter(folder: Path) -> bool:
    return (folder / "adapter_config.json").is_file()


def _base_of(adapter: Path) -> Path:
    named = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    return Path(str(named.get("base_model_name_or_path")))
