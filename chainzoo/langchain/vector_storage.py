"""Vectors in faiss's own file, texts in SQLite next to it; in a folder, or in memory.

No pickle is written or read. A change writes a new file of vectors first and then, in one
transaction, the texts and the number of that file: a crash at any moment leaves the old state.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.documents import Document

from chainzoo import atomic

Filter = Mapping[str, Any] | Callable[[dict[str, Any]], bool]
"""Values that a text's metadata must have, or a function of the metadata."""

TABLES = """
CREATE TABLE IF NOT EXISTS state (generation INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS documents (
  row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, text TEXT NOT NULL,
  metadata TEXT NOT NULL
);
"""
COLUMNS = "SELECT id, text, metadata FROM documents"


class VectorStorage:
    """Documents with their vectors. Rows are the numbers that both files know them by.

    Two processes may use one folder: a change takes a lock, a search sees the last change.
    """

    def __init__(self, folder: Path | None) -> None:
        from filelock import FileLock

        self.folder = folder
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        database = str(folder / "documents.db") if folder else ":memory:"
        self._db = sqlite3.connect(database, check_same_thread=False, timeout=30)
        self._db.executescript(TABLES)
        if self._generation() is None:
            self._db.execute("INSERT INTO state VALUES (0)")
            self._db.commit()
        self._file_lock = FileLock(folder / ".lock") if folder else contextlib.nullcontext()
        self._lock = threading.RLock()
        self._index: Any = None
        self._loaded_generation = -1

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM documents").fetchone()[0])

    def write(
        self, documents: Sequence[Document], vectors: np.ndarray, removed_ids: Sequence[str] = ()
    ) -> None:
        """Remove documents and add others, each with its id and its vector, in one change.

        ``vectors`` has shape (documents, dimensions), in float32.
        """
        with self._lock, self._file_lock:
            self._change(documents, vectors, self._rows_of(removed_ids))

    def remove(self, ids: Sequence[str] | None = None) -> None:
        """Remove documents by their ids, or all of them; unknown ids are no error."""
        with self._lock, self._file_lock:
            rows = self._all_rows() if ids is None else self._rows_of(ids)
            if rows:
                self._change([], np.zeros((0, 0), np.float32), rows)

    def _change(
        self, documents: Sequence[Document], vectors: np.ndarray, removed: Sequence[int]
    ) -> None:
        index = self._open_index(vectors.shape[1] if len(vectors) else None)
        if removed and index is not None:
            index.remove_ids(np.asarray(removed, dtype=np.int64))
        generation = (self._generation() or 0) + 1
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._delete(removed)
            added = self._insert(documents)
            if added:
                index.add_with_ids(vectors, np.asarray(added, dtype=np.int64))
            self._save_index(index, generation)
            self._db.execute("UPDATE state SET generation = ?", (generation,))
            self._db.commit()
        except BaseException:
            self._db.rollback()
            self._loaded_generation = -1  # The index in memory may be half changed.
            raise
        self._loaded_generation = generation
        self._remove_old_indexes(generation)

    def nearest(
        self,
        vector: Sequence[float],
        k: int,
        filter: Filter | None = None,  # noqa: A002
    ) -> list[tuple[Document, float]]:
        """The ``k`` documents with the largest dot product with ``vector``, and the products."""
        index = self._open_index(None)
        if index is None or index.ntotal == 0 or k < 1:
            return []
        limit = index.ntotal if filter is not None else min(k, index.ntotal)
        products, rows = index.search(np.asarray([vector], dtype=np.float32), limit)
        nearest: list[tuple[Document, float]] = []
        for product, row in zip(products[0].tolist(), rows[0].tolist(), strict=True):
            columns = self._db.execute(f"{COLUMNS} WHERE row = ?", (row,)).fetchone()
            document = _document(*columns) if columns else None
            if document is not None and matches(document.metadata, filter):
                nearest.append((document, float(product)))
            if len(nearest) == k:
                break
        return nearest

    def _rows_of(self, ids: Sequence[str]) -> list[int]:
        """The rows of documents by their ids; unknown ids are left out."""
        query = "SELECT row FROM documents WHERE id = ?"
        rows = [self._db.execute(query, (each,)).fetchone() for each in dict.fromkeys(ids)]
        return [int(row[0]) for row in rows if row is not None]

    def _all_rows(self) -> list[int]:
        """The rows of all documents."""
        return [int(row[0]) for row in self._db.execute("SELECT row FROM documents")]

    def vectors_of(self, ids: Sequence[str]) -> list[np.ndarray]:
        """The vectors of documents, in the order of their ids."""
        index = self._open_index(None)
        return [index.reconstruct(row) for row in self._rows_of(ids)]

    def documents(self, ids: Sequence[str]) -> list[Document]:
        """Documents by their ids, in that order; unknown ids are left out."""
        marks = ",".join("?" * len(ids))
        rows = self._db.execute(f"{COLUMNS} WHERE id IN ({marks})", list(ids))
        known = {row[0]: _document(*row) for row in rows}
        return [known[each] for each in ids if each in known]

    def all_documents(self) -> list[Document]:
        """All documents, in the order in which they were added."""
        return [_document(*row) for row in self._db.execute(f"{COLUMNS} ORDER BY row")]

    def _generation(self) -> int | None:
        row = self._db.execute("SELECT generation FROM state").fetchone()
        return int(row[0]) if row else None

    def _open_index(self, dimensions: int | None) -> Any:
        """The index of the last change, read again where another process made it.

        With ``dimensions``, a new one where there is none.
        """
        import faiss

        with self._lock:
            generation = self._generation() or 0
            if self.folder and self._loaded_generation != generation:
                path = self._index_path(self.folder, generation)
                self._index = faiss.read_index(str(path)) if path.exists() else None
                self._loaded_generation = generation
            if self._index is None and dimensions is not None:
                self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimensions))
            return self._index

    def _save_index(self, index: Any, generation: int) -> None:
        import faiss

        if self.folder and index is not None:
            with atomic.file(self._index_path(self.folder, generation)) as tmp_path:
                faiss.write_index(index, str(tmp_path))

    def _remove_old_indexes(self, generation: int) -> None:
        for path in self.folder.glob("vectors-*.faiss") if self.folder else ():
            if path != self._index_path(path.parent, generation):
                path.unlink(missing_ok=True)

    @staticmethod
    def _index_path(folder: Path, generation: int) -> Path:
        return folder / f"vectors-{generation}.faiss"

    def _delete(self, rows: Sequence[int]) -> None:
        self._db.executemany("DELETE FROM documents WHERE row = ?", [(row,) for row in rows])

    def _insert(self, documents: Sequence[Document]) -> list[int | None]:
        return [
            self._db.execute(
                "INSERT INTO documents (id, text, metadata) VALUES (?, ?, ?)",
                (each.id, each.page_content, json.dumps(each.metadata, ensure_ascii=False)),
            ).lastrowid
            for each in documents
        ]


def _document(document_id: str, text: str, metadata: str) -> Document:
    return Document(id=document_id, page_content=text, metadata=json.loads(metadata))


def matches(metadata: dict[str, Any], filter: Filter | None) -> bool:  # noqa: A002
    """Whether a text with this metadata passes a filter."""
    if filter is None:
        return True
    if callable(filter):
        return bool(filter(metadata))
    return all(metadata.get(name) == value for name, value in filter.items())
