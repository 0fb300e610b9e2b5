"""Base checkpoints: the weights of a card, fetched and verified, that a fine-tuning starts from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chainzoo.catalog import Catalog, ModelCard, weights_sha256
from chainzoo.errors import RecipeError
from chainzoo.home import Home
from chainzoo.modeling.references import fetch_weights
from chainzoo.tasks import Task


@dataclass(frozen=True, slots=True)
class BaseCheckpoint:
    """A fetched base model: its folder, its card's id, the SHA-256 of its weights, its pooling."""

    folder: Path
    card: str
    sha256: str
    pooling: Literal["mean", "cls"] | None = None


def load_base_checkpoint(home: Home, card_id: str, task: Task | None = None) -> BaseCheckpoint:
    """Fetch the weights of a card, unless they are there already, and return their checkpoint.

    Raises:
        UnknownCardError: the catalog has no such card.
        RecipeError: the card is of a kind that cannot be the base of ``task``.
        FetchError: no source of the card delivered its weights.
    """
    card = Catalog.load(home).get(card_id)
    check_card_kind(card, task)
    folder = fetch_weights(card, home)
    return BaseCheckpoint(folder, card.id, weights_sha256(folder), card.pooling)


def check_card_kind(card: ModelCard, task: Task | None) -> None:
    """Check that a card can be the base of ``task``; without a task, every card can.

    Raises:
        RecipeError: the card's kind is none of the task's kinds, which the message lists.
    """
    if task is None or card.kind in task.base_kinds:
        return
    raise RecipeError(
        f"{card.id} is a model of kind {card.kind!r}; {task.name} needs"
        f" {' or '.join(repr(kind) for kind in task.base_kinds)}.",
        remedy=f"Choose another, such as {task.default_model}: chainzoo models --task {task.name}",
    )
