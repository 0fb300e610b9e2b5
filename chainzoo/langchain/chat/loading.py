"""A causal language model and its tokenizer, loaded once a process."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from chainzoo.catalog import Catalog, fetch
from chainzoo.errors import (
    PredictionError,
    RegistryError,
    UnknownCardError,
    UnknownModelError,
)
from chainzoo.home import Home

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
        UnknownCardError: it is neither. FetchError: the card's weights cannot be had.
        PredictionError: the card is no chat model.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder.absolute()
    where = Home(home) if home else Home.default()
    tuned = _tuned(model, where)
    if tuned is not None:
        return tuned
    try:
        card = Catalog.load(where).get(model)
    except UnknownCardError as error:
        raise UnknownCardError(
            f"{model!r} is neither a folder, nor a tuned model, nor a card.", remedy=error.remedy
        ) from None
    if card.kind != "causal":
        raise PredictionError(
            f"{card.id} is a model of kind {card.kind!r} and cannot chat.",
            remedy="Choose a card of kind 'causal', such as smollm2-135m.",
        )
    return fetch(card, where)


def _tuned(ref: str, home: Home) -> Path | None:
    """The folder of a model that was tuned for dialogue; ``None`` where no tuned model is called so.

    A card goes before a tuned model of the same name, unless its version or alias is told.
    """
    from chainzoo.registry import Registry

    if not home.root.is_dir():
        return None
    if "@" not in ref and any(card.id == ref for card in Catalog.load(home)):
        return None
    registry = Registry(home)
    try:
        record = registry.get(ref)
    except (UnknownModelError, RegistryError):
        return None
    if record.task != "dialogue":
        raise PredictionError(
            f"{record.ref} was tuned for {record.task} and cannot chat.",
            remedy="Tune a model for dialogue, or name a card of kind 'causal'.",
        )
    return registry.path(record)


@lru_cache(maxsize=2)
def load_chat(folder: Path, home: Path | None = None) -> LoadedChatModel:
    """The model in a folder, in the precision that this machine is fast at.

    A folder with an adapter (PEFT) is loaded on the base that the adapter names.

    Raises:
        PredictionError: there is no causal language model in the folder.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from chainzoo.tuning.precision import best_precision, device

    if (folder / MANIFEST).is_file():
        return _load_tuned(folder, Home(home) if home else Home.default())
    adapter = next((at for at in (folder, folder / "adapter") if _is_adapter(at)), None)
    base = _base_of(adapter) if adapter else folder
    try:
        tokenizer = AutoTokenizer.from_pretrained(base)
        model = AutoModelForCausalLM.from_pretrained(
            base, dtype=getattr(torch, best_precision()), use_safetensors=True
        )
        if adapter:
            from peft import PeftModel

            model = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
    except (OSError, ValueError, KeyError) as error:
        raise PredictionError(
            f"{folder} holds no chat model that can be loaded: {str(error).splitlines()[0]}",
            remedy="Give a folder of a causal language model with safetensors.",
        ) from None
    context = int(getattr(model.config, "max_position_embeddings", 0) or 4096)
    return LoadedChatModel(model.to(device()).eval(), tokenizer, context)


def _load_tuned(folder: Path, home: Home) -> LoadedChatModel:
    """A model that was tuned for dialogue, on its base where it needs one."""
    from chainzoo.tuning.model_folder import Manifest, load

    manifest = Manifest.read(folder)
    base = fetch(Catalog.load(home).get(manifest.base), home) if manifest.needs_base else None
    found = load(folder, base)
    model = found.model.encoder
    context = int(getattr(model.config, "max_position_embeddings", 0) or 4096)
    return LoadedChatModel(model, found.tokenizer, context)


def _is_adapter(folder: Path) -> bool:
    return (folder / "adapter_config.json").is_file()


def _base_of(adapter: Path) -> Path:
    named = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    return Path(str(named.get("base_model_name_or_path")))
