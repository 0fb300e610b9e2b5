"""A LangChain vector store that is safe on disk: no pickle, and a crash leaves the old state."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore

from chainzoo.langchain.vector_storage import Filter, VectorStorage


class ZooVectorStore(VectorStore):
    """Cosine search over vectors of length 1, in a folder or, without one, in memory.

    Two processes may use one folder: a change takes a lock, a search sees the last change.
    """

    def __init__(self, embedding: Embeddings, folder: str | Path | None = None) -> None:
        self._embedding = embedding
        self.folder = Path(folder) if folder else None
        self._storage = VectorStorage(self.folder)

    @property
    def embeddings(self) -> Embeddings:
        """What embeds texts and queries."""
        return self._embedding

    def __len__(self) -> int:
        return len(self._storage)

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Add texts, and return their ids. A text replaces an older one with its id."""
        contents = list(texts)
        facts = metadatas or [{} for _ in contents]
        names = [name or uuid.uuid4().hex for name in ids or [""] * len(contents)]
        last = {name: position for position, name in enumerate(names)}  # Of one id twice, the last.
        documents = [
            Document(id=name, page_content=contents[position], metadata=facts[position])
            for name, position in last.items()
        ]
        if documents:
            self._storage.write(documents, self._embed(documents), list(last))
        return names

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:
        """Remove texts by id; without ids, all of them. Unknown ids are no error."""
        self._storage.remove(ids)
        return True

    def replace(
        self, removed_ids: Sequence[str], documents: Sequence[Document], ids: Sequence[str]
    ) -> None:
        """Remove some texts and add others in one change: both are seen, or neither."""
        added = [
            Document(id=name, page_content=each.page_content, metadata=each.metadata)
            for name, each in zip(ids, documents, strict=True)
        ]
        self._storage.write(added, self._embed(added), [*removed_ids, *ids])

    def similarity_search(
        self,
        query: str,
        k: int = 4,
        filter: Filter | None = None,  # noqa: A002
        **kwargs: Any,
    ) -> list[Document]:
        """The ``k`` texts nearest in meaning, among those that ``filter`` lets through."""
        return [doc for doc, _ in self.similarity_search_with_score(query, k, filter)]

    def similarity_search_with_score(
        self,
        query: str,
        k: int = 4,
        filter: Filter | None = None,  # noqa: A002
        **kwargs: Any,
    ) -> list[tuple[Document, float]]:
        """The ``k`` nearest texts, each with its cosine (from -1 to 1)."""
        return self._storage.nearest(self._embedding.embed_query(query), k, filter)

    def similarity_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        filter: Filter | None = None,  # noqa: A002
        **kwargs: Any,
    ) -> list[Document]:
        """The ``k`` texts nearest to a vector."""
        return [doc for doc, _ in self._storage.nearest(embedding, k, filter)]

    def max_marginal_relevance_search(
        self,
        query: str,
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        filter: Filter | None = None,  # noqa: A002
        **kwargs: Any,
    ) -> list[Document]:
        """Near texts that differ from each other (Carbonell and Goldstein 1998)."""
        vector = self._embedding.embed_query(query)
        return self.max_marginal_relevance_search_by_vector(vector, k, fetch_k, lambda_mult, filter)

    def max_marginal_relevance_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        filter: Filter | None = None,  # noqa: A002
        **kwargs: Any,
    ) -> list[Document]:
        """Texts near to a vector that differ from each other."""
        from langchain_community.vectorstores.utils import maximal_marginal_relevance

        near = [doc for doc, _ in self._storage.nearest(embedding, fetch_k, filter)]
        if not near:
            return []
        vectors = self._storage.vectors_of([str(doc.id) for doc in near])
        query = np.asarray(embedding, dtype=np.float32)
        chosen = maximal_marginal_relevance(query, vectors, lambda_mult=lambda_mult, k=k)
        return [near[position] for position in chosen]

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """The texts with these ids, in their order; unknown ids are left out."""
        return self._storage.documents(ids)

    def all_documents(self) -> list[Document]:
        """All texts, in the order in which they were added."""
        return self._storage.all_documents()

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        folder: str | Path | None = None,
        **kwargs: Any,
    ) -> ZooVectorStore:
        """A store with these texts."""
        store = cls(embedding, folder)
        store.add_texts(texts, metadatas, ids=ids)
        return store

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return lambda cosine: max(0.0, min(1.0, cosine))

    def _embed(self, documents: Sequence[Document]) -> np.ndarray:
        vectors = self._embedding.embed_documents([each.page_content for each in documents])
        return np.asarray(vectors, dtype=np.float32)
