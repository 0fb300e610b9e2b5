"""What may be called, and where it lies: nothing is downloaded, and no path is taken for a model."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from chainzoo.catalog import ModelCard
from chainzoo.catalog.fetch import STAMP
from chainzoo.errors import PredictionError, UnknownCardError, UnknownModelError
from chainzoo.modeling.loading import load_tokenizer
from chainzoo.modeling.references import fetch_weights
from chainzoo.registry import ModelRecord
from chainzoo.zoo import Zoo

FRESH_SECONDS = 1.0  # An alias that moved is seen after this.
EMBEDDINGS = "sentence-similarity"
ENCODERS = ("encoder", "embedding")


@dataclass(frozen=True, slots=True)
class ChatModelEntry:
    """A chat model: what it is called, and its folder."""

    name: str
    folder: Path


class ServedModels:
    """The tuned models and the cards that this server serves."""

    def __init__(self, zoo: Zoo, only: tuple[str, ...] = ()) -> None:
        self.zoo = zoo
        self.only = only
        self._registry = zoo.registry
        self._seen: dict[str, tuple[float, ModelRecord]] = {}

    def tuned(self, ref: str) -> ModelRecord:
        """A tuned model by name, version or alias.

        Raises:
            UnknownModelError: there is none, or it is not served.
        """
        when, found = self._seen.get(ref, (0.0, None))
        if found is not None and time.monotonic() - when < FRESH_SECONDS:
            return found
        record = self._registry.get(self._served(ref))
        if len(self._seen) > 10_000:
            self._seen.clear()
        self._seen[ref] = (time.monotonic(), record)
        return record

    def chatting(self, ref: str) -> ChatModelEntry:
        """A chat model: a card of kind causal that is fetched, or one tuned for dialogue.

        Raises:
            UnknownModelError: there is none. PredictionError: it cannot chat.
        """
        card = self._card(ref)
        if card is not None:
            if card.kind != "causal":
                raise PredictionError(
                    f"{card.id} is a model of kind {card.kind!r} and cannot chat.",
                    remedy="Name a card of kind 'causal', or a model tuned for dialogue.",
                )
            return ChatModelEntry(card.id, fetch_weights(card, self.zoo.home))
        record = self.tuned(ref)
        if record.task != "dialogue":
            raise PredictionError(
                f"{record.ref} was tuned for {record.task} and cannot chat.",
                remedy="ToolCallBody it by /v1/predict or /v1/completions.",
            )
        return ChatModelEntry(record.ref, self._registry.path(record))

    def embedding(self, ref: str) -> str:
        """The name of an encoder that can embed.

        Raises:
            UnknownModelError: there is none. PredictionError: it does not embed.
        """
        card = self._card(ref)
        if card is not None:
            if card.kind not in ENCODERS:
                raise PredictionError(
                    f"{card.id} is a model of kind {card.kind!r} and does not embed.",
                    remedy="Name a card of kind 'encoder', such as minilm-l6.",
                )
            return card.id
        record = self.tuned(ref)
        if record.task != EMBEDDINGS:
            raise PredictionError(
                f"{record.ref} was tuned for {record.task}, not for embeddings.",
                remedy="Name an encoder's card, or a model made by `chainzoo embed`.",
            )
        return record.ref

    def count_tokens(self, name: str, texts: list[str]) -> int:
        """Tokens of texts as a model reads them; its tokenizer lies with it or with its base."""
        card = self._card(name)
        if card is not None:
            folder = fetch_weights(card, self.zoo.home)
        else:
            record = self.tuned(name)
            folder = self._registry.path(record)
            if not (folder / "tokenizer_config.json").is_file():
                folder = fetch_weights(self.zoo.card(record.base), self.zoo.home)
        ids = _tokenizer(folder)(texts)["input_ids"] if texts else []
        return sum(map(len, ids))

    def listed(self) -> list[dict[str, Any]]:
        """Everything that can be called, in OpenAI's shape, with what it is for."""
        found = [_line(c.id, 0, "catalog", _use(c)) for c in self.zoo.catalog if self._is_here(c)]
        for record in self._registry.list_models():
            created = int(record.created_at.timestamp())
            for which in (str(record.version), *record.aliases):
                found.append(_line(f"{record.name}@{which}", created, "chainzoo", record.task))
        return [line for line in found if self._is_served(str(line["id"]))]

    def _served(self, ref: str) -> str:
        """The name to look up; a bare name stands for the one version that is served of it."""
        if not self.only or ref in self.only or ref.partition("@")[0] in self.only:
            return ref
        listed = next((name for name in self.only if name.partition("@")[0] == ref), None)
        if listed is None:
            raise UnknownModelError(
                f"This server does not serve {ref!r}.", remedy=f"It serves {', '.join(self.only)}."
            )
        return listed

    def _is_served(self, ref: str) -> bool:
        return not self.only or ref in self.only or ref.partition("@")[0] in self.only

    def _card(self, ref: str) -> ModelCard | None:
        """The card of that name; none where a tuned model is meant.

        Raises:
            UnknownModelError: the weights are not here, or it is not served.
        """
        if "@" in ref:
            return None
        try:
            card = self.zoo.card(ref)
        except UnknownCardError:
            return None
        self._served(ref)
        if not self._is_here(card):
            raise UnknownModelError(
                f"The weights of {card.id} are not here.",
                remedy=f"Get them with `chainzoo fetch {card.id}`.",
            )
        return card

    def _is_here(self, card: ModelCard) -> bool:
        return (
            card.kind in ("causal", *ENCODERS)
            and (self.zoo.home.weights / card.id / STAMP).is_file()
        )


@lru_cache(maxsize=64)
def _tokenizer(folder: Path) -> Any:
    return load_tokenizer(folder)


def _use(card: ModelCard) -> str:
    return "chat" if card.kind == "causal" else "embeddings"


def _line(name: str, created: int, owner: str, use: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": created, "owned_by": owner, "task": use}
