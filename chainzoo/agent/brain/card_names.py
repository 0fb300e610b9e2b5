"""The cards of a catalog, by the names under which people write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chainzoo.agent.brain.patterns import MODEL_FAMILY
from chainzoo.catalog import Catalog
from chainzoo.home import Home


@dataclass(frozen=True, slots=True)
class CardNames:
    """Card ids by lower-case name."""

    ids: Mapping[str, str]

    @classmethod
    def load(cls, home: Home) -> CardNames:
        """The names of all cards in a home's catalog: ids, and repositories of their sources."""
        ids: dict[str, str] = {}
        for card in Catalog.load(home).find():
            names = {card.id, card.id.replace("-", " "), card.id.replace("-", "_")}
            names |= {source.repo.lower() for source in card.sources if source.repo}
            names |= {source.repo.lower().split("/")[-1] for source in card.sources if source.repo}
            for name in names:
                ids.setdefault(name, card.id)
        return cls(ids)

    def by_length(self) -> list[tuple[str, str]]:
        """Names and ids, the longest name first."""
        return sorted(self.ids.items(), key=lambda item: len(item[0]), reverse=True)

    def is_card(self, name: str) -> bool:
        """Whether a name is that of a card, or of a family of pretrained models."""
        return name.lower() in self.ids or MODEL_FAMILY.match(name) is not None
