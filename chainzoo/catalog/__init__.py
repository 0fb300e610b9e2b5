"""The catalog: model cards, search by facts and by words, and weights with verified hashes."""

from __future__ import annotations

from chainzoo.catalog.card import ModelCard, Score
from chainzoo.catalog.card_files import register_cards, unregister_cards
from chainzoo.catalog.catalog import Catalog
from chainzoo.catalog.fetch import fetch
from chainzoo.catalog.manifest import weights_sha256
from chainzoo.catalog.sources import Source, register_source, unregister_source

__all__ = [
    "Catalog",
    "ModelCard",
    "Score",
    "Source",
    "fetch",
    "register_cards",
    "register_source",
    "unregister_cards",
    "unregister_source",
    "weights_sha256",
]
