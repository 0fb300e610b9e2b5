"""The catalog: model cards by id, filtered by facts and ranked by a query."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence

from chainzoo.catalog.card import MULTILINGUAL, ModelCard
from chainzoo.catalog.card_files import added_cards, built_in_cards, read_cards
from chainzoo.errors import UnknownCardError
from chainzoo.home import Home

Ranker = Callable[[str, Sequence[ModelCard]], list[ModelCard]]
"""Returns the cards ordered by how well they match a query, the best first."""


class Catalog:
    """Cards by id. Of several cards with the same id the last one counts."""

    def __init__(self, cards: Iterable[ModelCard], home: Home) -> None:
        self._cards = {card.id: card for card in cards}
        self._home = home

    @classmethod
    def load(cls, home: Home) -> Catalog:
        """Load the built-in cards, those of other packages, and those in the home's ``cards``.

        A card of another package or of the home replaces a built-in one of the same id.

        Raises:
            CatalogError: a TOML file is malformed; the file and the field are named.
            PluginError: the cards of another package cannot be loaded.
        """
        cards = [*built_in_cards(), *added_cards()]
        if home.cards.is_dir():
            cards += read_cards(home.cards)
        return cls(cards, home)

    def __iter__(self) -> Iterator[ModelCard]:
        return iter(self._cards.values())

    def __len__(self) -> int:
        return len(self._cards)

    def get(self, card_id: str) -> ModelCard:
        """Return the card of that id.

        Raises:
            UnknownCardError: there is none; close matches are named.
        """
        if card_id in self._cards:
            return self._cards[card_id]
        raise UnknownCardError(
            f"There is no model card {card_id!r}.", remedy=self.suggestions(card_id)
        )

    def suggestions(self, card_id: str) -> str:
        """Name the cards with ids close to ``card_id``, and the command that lists all."""
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
        """Return the cards that meet every fact, at most ``limit``.

        With a ``query`` they are ordered by ``rank``, such as ``modeling.card_ranking.CardRanker``,
        or by the number of shared words without it. Without a query the cards for ``language``
        alone come before multilingual ones, then those whose weights are here, then the smaller.
        A card on which a fact is not stated does not pass a filter on that fact.
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
            cards.sort(key=lambda card: self._order(card, language or ""))
        return cards[:limit]

    def _order(self, card: ModelCard, language: str) -> tuple[bool, bool, float]:
        is_fetched = (self._home.weights / card.id).is_dir()
        return language not in card.languages, not is_fetched, card.size_mb or 1e9


def rank_by_shared_words(query: str, cards: Sequence[ModelCard]) -> list[ModelCard]:
    """Order cards by how many words their summaries share with ``query``, the most first."""
    words = set(query.lower().split())
    return sorted(cards, key=lambda card: -len(words & set(card.summary().lower().split())))


def speaks(card: ModelCard, language: str) -> bool:
    """Return whether a model is for a language, or multilingual."""
    return language.lower() in card.languages or MULTILINGUAL in card.languages
