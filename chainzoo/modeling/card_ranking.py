"""Rank model cards by how near their descriptions are to a query in meaning."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainzoo import atomic
from chainzoo.catalog import Catalog, ModelCard
from chainzoo.catalog.catalog import rank_by_shared_words
from chainzoo.errors import FetchError
from chainzoo.hashing import texts_sha256
from chainzoo.home import Home
from chainzoo.modeling.references import fetch_weights
from chainzoo.modeling.text_encoder import open_text_encoder

if TYPE_CHECKING:
    import numpy as np

ENCODER = "minilm-l6"


class CardRanker:
    """A ``catalog.Ranker`` by cosine similarity of the embeddings of query and card summaries."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def __call__(self, query: str, cards: Sequence[ModelCard]) -> list[ModelCard]:
        """``cards``, the nearest to ``query`` first.

        Without the embedding model (neither fetched nor available) the number of shared words
        decides, and a warning says so.
        """
        if not cards:
            return []
        try:
            folder = fetch_weights(Catalog.load(self.home).get(ENCODER), self.home)
        except FetchError as error:
            warnings.warn(f"Ranked by shared words only: {error}", stacklevel=2)
            return rank_by_shared_words(query, cards)
        import faiss

        vectors = self._embeddings([card.summary() for card in cards], folder)
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        _, order = index.search(open_text_encoder(folder).encode([query]), len(cards))
        return [cards[int(row)] for row in order[0]]

    def _embeddings(self, texts: Sequence[str], folder: Path) -> np.ndarray[Any, Any]:
        """Embeddings of the summaries, computed once for each set of them."""
        import numpy as np

        path = self.home.cache / f"cards-{texts_sha256(texts)[:16]}.npy"
        if path.exists():
            return np.asarray(np.load(path, allow_pickle=False))
        vectors = open_text_encoder(folder).encode(texts)
        with atomic.file(path) as tmp_path:
            np.save(tmp_path, vectors)
        return vectors
