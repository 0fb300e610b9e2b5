"""A LangChain vector store: vectors in faiss's own file, texts in SQLite beside it.

No pickle is written or read. A change writes a new file of vectors first and then, in one
transaction, the texts and the number of that file: a crash at any moment leaves the old state.
"""

from __future__ import annotations

import json
import os
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore

Filter = Mapping[str, Any] | Callable[[dict[str, Any]], bool]
TABLES = """
CREATE TABLE IF NOT EXISTS state (generation INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS documents (
  row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, text TEXT NOT NULL,
  metadata TEXT NOT NULL
);
"""


class ZooVectorStore(VectorStore):
    """Cosine search over vectors of length 1, in a folder or (without one) in memory.

    Two processes may use the same folder: a change takes a lock, a search sees the last one.
    """

    def __init__(self, embedding: Embeddings, folder: str | Path | None = None) -> None:
        from filelock import FileLock

        self._embedding = embedding
        self.folder = Path(folder) if folder else None
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
        place = str(self.folder / "documents.db") if self.folder else ":memory:"
        self._db = sqlite3.connect(place, check_same_thread=False, timeout=30)
        self._db.executescript(TABLES)
        if self._generation() is None:
            self._db.execute("INSERT INTO state VALUES (0)")
            self._db.commit()
        self._lock = FileLock(self.folder / ".lock") if self.folder else None
        self._index: Any = None
        self._loaded = -1

    @property
    def embeddings(self) -> Embeddings:
        """What makes the vectors."""
        return self._embedding

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM documents").fetchone()[0])

    # Changing

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Add texts; a text with the id of an older one takes its place. Gives the ids."""
        known = list(texts)
        facts = metadatas or [{} for _ in known]
        names = [name or uuid.uuid4().hex for name in ids or [""] * len(known)]
        unique = {name: at for at, name in enumerate(names)}  # Of one id twice, the last counts.
        order = list(unique.values())
        if not order:
            return []
        vectors = np.asarray(
            self._embedding.embed_documents([known[at] for at in order]), dtype=np.float32
        )
        rows = [(names[at], known[at], json.dumps(facts[at], ensure_ascii=False)) for at in order]
        self._change(rows, vectors, self._rows_of(list(unique)))
        return names

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:
        """Remove texts by id; without ids, all of them. Unknown ids are no error."""
        gone = self._rows_of(ids) if ids is not None else self._rows_of(None)
        if gone:
            self._change([], np.zeros((0, 0), np.float32), gone)
        return True

    def replace(
        self, gone: Sequence[str], documents: Sequence[Document], ids: Sequence[str]
    ) -> None:
        """Remove some and add others in one change: both are seen, or neither."""
        texts = [doc.page_content for doc in documents]
        vectors = np.asarray(self._embedding.embed_documents(texts), dtype=np.float32)
        rows = [
            (name, doc.page_content, json.dumps(doc.metadata, ensure_ascii=False))
            for name, doc in zip(ids, documents, strict=True)
        ]
        self._change(rows, vectors, self._rows_of([*gone, *ids]))

    def _change(
        self, rows: Sequence[tuple[str, str, str]], vectors: np.ndarray, gone: Sequence[int]
    ) -> None:
        if self._lock is None:
            self._carry_out(rows, vectors, gone)
            return
        with self._lock:
            self._carry_out(rows, vectors, gone)

    def _carry_out(
        self, rows: Sequence[tuple[str, str, str]], vectors: np.ndarray, gone: Sequence[int]
    ) -> None:
        import faiss

        index = self._vectors(vectors.shape[1] if len(vectors) else None)
        if gone and index is not None:
            index.remove_ids(np.asarray(gone, dtype=np.int64))
        generation = (self._generation() or 0) + 1
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("DELETE FROM documents WHERE row = ?", [(row,) for row in gone])
            added = []
            for row in rows:
                cursor = self._db.execute(
                    "INSERT INTO documents (id, text, metadata) VALUES (?, ?, ?)", row
                )
                added.append(cursor.lastrowid)
            if added:
                index.add_with_ids(vectors, np.asarray(added, dtype=np.int64))
            if self.folder and index is not None:
                beside = self.folder / f".vectors-{generation}.{os.getpid()}.part"
                faiss.write_index(index, str(beside))
                os.replace(beside, self.folder / f"vectors-{generation}.faiss")
            self._db.execute("UPDATE state SET generation = ?", (generation,))
            self._db.commit()
        except BaseException:
            self._db.rollback()
            self._loaded = -1  # What is in memory may be half changed: read it anew.
            raise
        self._loaded = generation
        for old in self.folder.glob("vectors-*.faiss") if self.folder else ():
            if old.name != f"vectors-{generation}.faiss":
                old.unlink(missing_ok=True)

    # Searching

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
        """The same with the cosine of each, from -1 to 1."""
        return self._nearest(self._embedding.embed_query(query), k, filter)

    def similarity_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        filter: Filter | None = None,  # noqa: A002
        **kwargs: Any,
    ) -> list[Document]:
        """The texts nearest to a vector."""
        return [doc for doc, _ in self._nearest(embedding, k, filter)]

    def max_marginal_relevance_search(
        self,
        query: str,
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        filter: Filter | None = None,  # noqa: A002
        **kwargs: Any,
    ) -> list[Document]:
        """Near texts that differ among themselves (Carbonell and Goldstein 1998)."""
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
        """The same for a vector."""
        from langchain_community.vectorstores.utils import maximal_marginal_relevance

        near = self._nearest(embedding, fetch_k, filter)
        if not near:
            return []
        rows = self._rows_of([str(doc.id) for doc, _ in near])
        vectors = [self._index.reconstruct(int(row)) for row in rows]
        asked = np.asarray(embedding, dtype=np.float32)
        chosen = maximal_marginal_relevance(asked, vectors, lambda_mult=lambda_mult, k=k)
        return [near[at][0] for at in chosen]

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """The texts of these ids, in their order; those that are not there are left out."""
        marks = ",".join("?" * len(ids))
        asked = f"SELECT id, text, metadata FROM documents WHERE id IN ({marks})"
        found = {row[0]: _document(*row) for row in self._db.execute(asked, list(ids))}
        return [found[name] for name in ids if name in found]

    def everything(self) -> list[Document]:
        """All texts, in the order in which they came."""
        asked = "SELECT id, text, metadata FROM documents ORDER BY row"
        return [_document(*row) for row in self._db.execute(asked)]

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

    def _nearest(
        self, vector: list[float], k: int, wanted: Filter | None
    ) -> list[tuple[Document, float]]:
        index = self._vectors(None)
        if index is None or index.ntotal == 0 or k < 1:
            return []
        asked = np.asarray([vector], dtype=np.float32)
        most = index.ntotal if wanted is not None else min(k, index.ntotal)
        scores, rows = index.search(asked, most)
        found = []
        for score, row in zip(scores[0].tolist(), rows[0].tolist(), strict=True):
            text = self._db.execute(
                "SELECT id, text, metadata FROM documents WHERE row = ?", (row,)
            ).fetchone()
            if text is None:
                continue
            doc = _document(*text)
            if wanted is None or passes(doc.metadata, wanted):
                found.append((doc, float(score)))
            if len(found) == k:
                break
        return found

    # State

    def _generation(self) -> int | None:
        row = self._db.execute("SELECT generation FROM state").fetchone()
        return int(row[0]) if row else None

    def _vectors(self, size: int | None) -> Any:
        """The index of the last change, read anew where another process made it."""
        import faiss

        generation = self._generation() or 0
        if self.folder and self._loaded != generation:
            path = self.folder / f"vectors-{generation}.faiss"
            self._index = faiss.read_index(str(path)) if path.exists() else None
            self._loaded = generation
        if self._index is None and size is not None:
            self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(size))
        return self._index

    def _rows_of(self, ids: Sequence[str] | None) -> list[int]:
        if ids is None:
            return [int(row[0]) for row in self._db.execute("SELECT row FROM documents")]
        found = {}
        for name in ids:
            row = self._db.execute("SELECT row FROM documents WHERE id = ?", (name,)).fetchone()
            if row is not None:
                found[name] = int(row[0])
        return [found[name] for name in dict.fromkeys(ids) if name in found]


def _document(name: str, text: str, metadata: str) -> Document:
    return Document(id=name, page_content=text, metadata=json.loads(metadata))


def passes(metadata: dict[str, Any], wanted: Filter) -> bool:
    if callable(wanted):
        return bool(wanted(metadata))
    return all(metadata.get(name) == value for name, value in wanted.items())
