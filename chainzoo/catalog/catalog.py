"""The catalog: the cards that ship with ChainZoo and the user's own, filtered by hard facts."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from chainzoo.catalog.card import MULTILINGUAL, ModelCard
from chainzoo.errors import CatalogError, UnknownCardError
from chainzoo.home import Home

ENTRY_POINTS = "chainzoo.cards"

Ranker = Callable[[str, Sequence[ModelCard]], list[ModelCard]]
"""Gives the cards ordered by how well they match a query, the best first."""


class Catalog:
    """Cards by id. A user's card replaces one of the same id that ships with ChainZoo."""

    def __init__(self, cards: Iterable[ModelCard], home: Home) -> None:
        self._cards = {card.id: card for card in cards}
        self._home = home

    @classmethod
    def load(cls, home: Home) -> Catalog:
        """The cards in the package, of installed plug-ins, and in the home's ``cards`` folder.

        Raises:
            CatalogError: a TOML file is malformed; the file and the field are named.
        """
        cards = list(read_cards(Path(str(files("chainzoo.catalog") / "cards"))))
        for point in entry_points(group=ENTRY_POINTS):
            cards += read_cards(Path(point.load()()))
        if home.cards.is_dir():
            cards += read_cards(home.cards)
        return cls(cards, home)

    def __iter__(self) -> Iterator[ModelCard]:
        return iter(self._cards.values())

    def __len__(self) -> int:
        return len(self._cards)

    def get(self, card_id: str) -> ModelCard:
        """The card of that id.

        Raises:
            UnknownCardError: there is none; close matches are named.
        """
        if card_id in self._cards:
            return self._cards[card_id]
        raise UnknownCardError(
            f"There is no model card {card_id!r}.", remedy=self.suggestions(card_id)
        )

    def suggestions(self, card_id: str) -> str:
        """A sentence that names the cards with ids close to ``card_id``, and the command for all."""
        close = difflib.get_close_matches(card_id.lower(), self._cards, n=3, cutoff=0.4)
        question = f"Did you mean {', '.join(close)}? " if close else ""
        return f"{question}See `chainzoo models` for all."

    def find(
        self,
        *,
        query: str | None = None,
        task: str | None = None,
        language: str | None = None,
        license: str | None = None,  # noqa: A002 - the fact's own name
        max_size_mb: float | None = None,
        limit: int | None = None,
        rank: Ranker | None = None,
    ) -> list[ModelCard]:
        """The cards that meet every hard fact; ranked by ``query``, else those on this machine
        first, then by size.

        ``rank`` orders cards by ``query``, such as ``modeling.card_ranking.CardRanker``; without
        it the number of shared words does. A card on which a fact is not stated does not pass a
        filter on that fact.
        """
        cards = [
            card
            for card in self
            if (task is None or task in card.tasks)
            and (language is None or speaks(card, language))
            and (license is None or (card.license or "").lower() == license.lower())
            and (max_size_mb is None or (card.size_mb is not None and card.size_mb <= max_size_mb))
        ]
        if query:
            cards = (rank or rank_by_shared_words)(query, cards)
        else:
            cards.sort(key=lambda card: (*self._far(card, language or ""), card.size_mb or 1e9))
        return cards[:limit]

    def _far(self, card: ModelCard, language: str) -> tuple[bool, bool]:
        """A card for the very language is nearer than one for many; then one that is here."""
        here = self._home is not None and (self._home.weights / card.id).is_dir()
        return language not in card.languages, not here


def rank_by_shared_words(query: str, cards: Sequence[ModelCard]) -> list[ModelCard]:
    """The cards, those first whose summaries share the most words with ``query``."""
    words = set(query.lower().split())
    return sorted(cards, key=lambda card: -len(words & set(card.summary().lower().split())))


def speaks(card: ModelCard, language: str) -> bool:
    """Whether a card is for a language, or for many."""
    return language.lower() in card.languages or MULTILINGUAL in card.languages


def read_cards(place: Path) -> Iterator[ModelCard]:
    """The cards in a TOML file, or in all of a folder's.

    Raises:
        CatalogError: a file is not TOML or a card does not fit the schema.
    """
    for path in sorted(place.glob("*.toml")) if place.is_dir() else [place]:
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise CatalogError(f"{path}: {error}.", remedy="Mend that line.") from None
        for number, values in enumerate(document.get("card", []), start=1):
            yield _card(values, path, number)


def _card(values: dict[str, Any], path: Path, number: int) -> ModelCard:
    for source in values.get("sources", []):
        if source.get("kind") == "folder" and source.get("folder"):
            # A folder is meant as seen from the file that names it.
            source["folder"] = str(path.parent / Path(source["folder"]).expanduser())
    try:
        return ModelCard.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise CatalogError(
            f"{path}, card {number} ({values.get('id', 'no id')}), field {field!r}: {first['msg']}.",
            remedy="Mend that field, or leave out a fact that you do not know.",
        ) from None
