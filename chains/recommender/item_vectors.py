"""Vectors of item texts, and nearest-neighbour search over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from chains.recommender.items import Item

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class TextEmbedder(Protocol):
    """The part of LangChain's ``Embeddings`` that is used."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed texts, one vector each."""
        ...


def embed_items(items: Sequence[Item], embedder: TextEmbedder) -> Floats:
    """Return one vector of length 1 an item: (items, dimensions)."""
    return np.asarray(embedder.embed_documents([item.text for item in items]), np.float32)


class VectorIndex:
    """Exact inner-product search with FAISS."""

    def __init__(self, vectors: Floats) -> None:
        import faiss

        self._index: Any = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(np.ascontiguousarray(vectors, np.float32))

    def search(self, vector: Floats, k: int) -> Ints:
        """Return the indexes of the ``k`` nearest vectors, the best first."""
        query = np.ascontiguousarray(vector.reshape(1, -1), np.float32)
        _, indexes = self._index.search(query, min(k, self._index.ntotal))
        nearest: Ints = indexes[0]
        return nearest[nearest >= 0]


def mean_direction(vectors: Floats) -> Floats:
    """Return the mean of vectors, scaled to length 1; zeros without vectors."""
    if not len(vectors):
        return np.zeros(vectors.shape[1], np.float32)
    mean = vectors.mean(axis=0)
    direction: Floats = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return direction
