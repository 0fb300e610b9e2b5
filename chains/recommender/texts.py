"""Item texts as vectors, and near ones found by FAISS."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from chains.recommender.behaviour import Floats, Ints
from chains.recommender.tables import Item


class Embedder(Protocol):
    """LangChain's ``Embeddings``, as far as they are needed."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]: ...


def embed(items: list[Item], embedder: Embedder) -> Floats:
    """One vector of length 1 an item."""
    return np.asarray(embedder.embed_documents([item.text for item in items]), np.float32)


class Nearest:
    """The vectors with the highest inner product, by FAISS."""

    def __init__(self, vectors: Floats) -> None:
        import faiss

        self._index: Any = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(np.ascontiguousarray(vectors, np.float32))

    def search(self, vector: Floats, k: int) -> Ints:
        """The numbers of the nearest, the best first."""
        asked = np.ascontiguousarray(vector.reshape(1, -1), np.float32)
        found: Ints = self._index.search(asked, min(k, self._index.ntotal))[1][0]
        return found[found >= 0]


def profile(vectors: Floats) -> Floats:
    """The direction of the mean of some vectors."""
    if not len(vectors):
        return np.zeros(vectors.shape[1], np.float32)
    mean = vectors.mean(axis=0)
    whole: Floats = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return whole


def factors_from_texts(texts: Floats, factors: Floats, count: Floats) -> Floats:
    """Behaviour embeddings in which items that few have touched lean on their texts.

    Ridge regression from text to factors over items with enough events; an item with none gets
    what its text says, others a mixture by their count.
    """
    from sklearn.linear_model import Ridge

    known = count >= 10
    if known.sum() < 50:
        return factors
    guess = Ridge(alpha=10.0).fit(texts[known], factors[known], count[known]).predict(texts)
    share = (count / (count + 3))[:, None]
    mixed: Floats = (share * factors + (1 - share) * guess).astype(np.float32)
    return mixed
