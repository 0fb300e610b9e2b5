"""``ServedModels``: resolves the names in requests to the models that this server serves.

A name is that of a card or of a tuned model, never a path, and nothing is downloaded for a request.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainzoo.catalog import ModelCard
from chainzoo.catalog.manifest import is_complete
from chainzoo.errors import PredictionError, UnknownCardError, UnknownModelError
from chainzoo.modeling.references import fetch_weights
from chainzoo.registry import ModelRecord
from chainzoo.server.backend import ModelBackend
from chainzoo.tasks import get_task
from chainzoo.zoo import Zoo

RECORD_CACHE_SECONDS = 1.0
"""How long a moved alias may still answer with its old version."""
MAX_CACHED_RECORDS = 10_000
CHAT_KIND = "causal"
EMBEDDING_KINDS = ("encoder", "embedding")


@dataclass(frozen=True, slots=True)
class ChatModelRef:
    """A chat model: its name, and the folder of its weights."""

    name: str
    folder: Path


class ServedModels:
    """The cards and tuned models of a zoo that this server serves.

    Args:
        zoo: where the models are.
        allowed: the names to serve, with or without a version or alias; empty serves all.
    """

    def __init__(self, zoo: Zoo, allowed: tuple[str, ...] = ()) -> None:
        self.zoo = zoo
        self.allowed = allowed
        self._registry = zoo.registry
        self._records: dict[str, tuple[float, ModelRecord]] = {}

    def warm_up(self, backend: ModelBackend) -> None:
        """Load the allowed models: predictors into the backend, others by fetching their weights.

        Raises:
            ChainZooError: a model is missing.
        """
        cards = {card.id for card in self.zoo.catalog}
        for name in self.allowed:
            if name in cards:
                self.zoo.fetch(name)
                continue
            record = self.zoo.describe(name)
            if not get_task(record.task).can_chat:
                backend.warm(record.ref)

    def tuned(self, ref: str) -> ModelRecord:
        """A tuned model by its name, version or alias.

        Raises:
            UnknownModelError: there is no such model, or this server does not serve it.
        """
        read_at, record = self._records.get(ref, (0.0, None))
        if record is not None and time.monotonic() - read_at < RECORD_CACHE_SECONDS:
            return record
        record = self._registry.get(self._allowed_ref(ref))
        if len(self._records) > MAX_CACHED_RECORDS:
            self._records.clear()
        self._records[ref] = (time.monotonic(), record)
        return record

    def chat_model(self, ref: str) -> ChatModelRef:
        """A chat model: a fetched card of kind ``causal``, or a model tuned for dialogue.

        Raises:
            UnknownModelError: there is no such model. PredictionError: the model cannot chat.
        """
        card = self._card(ref)
        if card is not None:
            if card.kind != CHAT_KIND:
                raise PredictionError(
                    f"The model {card.id} is of kind {card.kind!r} and cannot chat.",
                    remedy=f"Name a card of kind {CHAT_KIND!r}, or a model tuned for dialogue.",
                )
            return ChatModelRef(card.id, fetch_weights(card, self.zoo.home))
        record = self.tuned(ref)
        if not get_task(record.task).can_chat:
            raise PredictionError(
                f"The model {record.ref} was tuned for {record.task} and cannot chat.",
                remedy="Call it through /v1/predict or /v1/completions.",
            )
        return ChatModelRef(record.ref, self._registry.path(record))

    def embedding_model(self, ref: str) -> str:
        """The full name of an encoder that embeds texts.

        Raises:
            UnknownModelError: there is no such model. PredictionError: the model does not embed.
        """
        card = self._card(ref)
        if card is not None:
            if card.kind not in EMBEDDING_KINDS:
                raise PredictionError(
                    f"The model {card.id} is of kind {card.kind!r} and does not embed texts.",
                    remedy="Name a card of kind 'encoder', such as minilm-l6.",
                )
            return card.id
        record = self.tuned(ref)
        if not get_task(record.task).embeds:
            raise PredictionError(
                f"The model {record.ref} was tuned for {record.task} and does not embed texts.",
                remedy="Name the card of an encoder, or a model made by `chainzoo embed`.",
            )
        return record.ref

    def tokenizer_folder(self, ref: str) -> Path:
        """The folder of a model's tokenizer: its own, or that of its base.

        Raises:
            UnknownModelError: there is no such model.
        """
        card = self._card(ref)
        if card is not None:
            return fetch_weights(card, self.zoo.home)
        record = self.tuned(ref)
        folder = self._registry.path(record)
        if (folder / "tokenizer_config.json").is_file():
            return folder
        return fetch_weights(self.zoo.card(record.base), self.zoo.home)

    def list_entries(self) -> list[dict[str, Any]]:
        """Every model that can be called, as OpenAI lists them; ``task`` says what it is for."""
        entries = [
            _entry(card.id, 0, "catalog", "chat" if card.kind == CHAT_KIND else "embeddings")
            for card in self.zoo.catalog
            if self._is_fetched(card)
        ]
        for record in self._registry.list_models():
            created = int(record.created_at.timestamp())
            for version in (str(record.version), *record.aliases):
                name = f"{record.name}@{version}"
                entries.append(_entry(name, created, "chainzoo", record.task))
        return [entry for entry in entries if self._is_allowed(str(entry["id"]))]

    def get_entry(self, ref: str) -> dict[str, Any]:
        """The entry of one model. A bare name stands for the version that it would be called as.

        Raises:
            UnknownModelError: there is no such model, or this server does not serve it.
        """
        entries = {str(entry["id"]): entry for entry in self.list_entries()}
        name = ref if ref in entries else self._allowed_ref(ref)
        return entries[name if name in entries else self.tuned(name).ref]

    def _is_allowed(self, ref: str) -> bool:
        return not self.allowed or ref in self.allowed or ref.partition("@")[0] in self.allowed

    def _allowed_ref(self, ref: str) -> str:
        """The name to look up; a bare name stands for the first version of it that is served.

        Raises:
            UnknownModelError: this server does not serve the name.
        """
        if self._is_allowed(ref):
            return ref
        version = next((name for name in self.allowed if name.partition("@")[0] == ref), None)
        if version is None:
            served = ", ".join(self.allowed)
            raise UnknownModelError(
                f"This server does not serve {ref!r}.", remedy=f"It serves {served}."
            )
        return version

    def _card(self, ref: str) -> ModelCard | None:
        """The card of that name, or ``None`` where the name is a tuned model's.

        Raises:
            UnknownModelError: its weights are not fetched, or this server does not serve it.
        """
        if "@" in ref:
            return None
        try:
            card = self.zoo.card(ref)
        except UnknownCardError:
            return None
        self._allowed_ref(ref)
        if not self._is_fetched(card):
            raise UnknownModelError(
                f"The weights of {card.id} are not on this server.",
                remedy=f"Fetch them there with `chainzoo fetch {card.id}`.",
            )
        return card

    def _is_fetched(self, card: ModelCard) -> bool:
        folder = self.zoo.home.weights / card.id
        return card.kind in (CHAT_KIND, *EMBEDDING_KINDS) and is_complete(folder)


def _entry(name: str, created: int, owner: str, task: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": created, "owned_by": owner, "task": task}
