"""The catalog: model cards, search by facts and by words, and fetching with verified hashes."""

from __future__ import annotations

from chainzoo.catalog.card import ModelCard, Score, Source
from chainzoo.catalog.catalog import Catalog
from chainzoo.catalog.fetch import fetch, weights_sha256

__all__ = ["Catalog", "ModelCard", "Score", "Source", "fetch", "weights_sha256"]
