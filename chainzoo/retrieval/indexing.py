"""Index files into a collection; only what has changed is read again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from langchain_core.documents import Document

from chainzoo.errors import DataError
from chainzoo.hashing import file_sha256, text_sha256
from chainzoo.home import Home
from chainzoo.langchain.vector_store import ZooVectorStore
from chainzoo.retrieval.chunking import split_documents
from chainzoo.retrieval.collection import DEFAULT_COLLECTION, DEFAULT_ENCODER, open_collection
from chainzoo.retrieval.documents import READERS, read_documents


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What indexing has changed, by file; ``failed`` has the reason of each file left out."""

    collection: str
    added: tuple[str, ...]
    updated: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    failed: dict[str, str]
    passages: int

    def __str__(self) -> str:
        summary = (
            f"Collection {self.collection}: {len(self.added)} files added, {len(self.updated)}"
            f" updated, {len(self.removed)} removed, {self.unchanged} unchanged;"
            f" {self.passages:,} passages."
        )
        return summary + "".join(f"\n- left out: {reason}" for reason in self.failed.values())

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


@dataclass(slots=True)
class _IndexedFile:
    """A file as the collection has it: its SHA-256, and the ids of its chunks."""

    sha256: str
    ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Changes:
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def index_documents(
    home: Home,
    path: str | Path,
    collection: str = DEFAULT_COLLECTION,
    model: str = DEFAULT_ENCODER,
) -> IndexReport:
    """Index a file or a folder; files that have not changed are left as they are.

    Files that are gone from an indexed folder are removed. A file that cannot be read is named in
    the report and does not stop the others. ``model`` is the encoder of a new collection.

    Raises:
        DataError: the path does not exist, or nothing in it can be read.
    """
    root = Path(path).expanduser().resolve()
    files = list(readable_files(root))
    store = open_collection(home, collection, model)
    indexed = _indexed_files(store)
    changes = _Changes()
    for file in files:
        _index_file(store, file, indexed.get(str(file)), changes)
    present = {str(file) for file in files}
    removed = [name for name in indexed if name not in present and _is_below(name, root)]
    for name in removed:
        store.delete(indexed[name].ids)
    if changes.failed and not (changes.added or changes.updated or changes.unchanged):
        raise DataError(" ".join(changes.failed.values()), remedy="Nothing was indexed.")
    return IndexReport(
        collection=collection,
        added=tuple(changes.added),
        updated=tuple(changes.updated),
        removed=tuple(removed),
        unchanged=changes.unchanged,
        failed=changes.failed,
        passages=len(store),
    )


def readable_files(root: Path) -> Iterator[Path]:
    """The file ``root``, or the files below the folder ``root`` that can be read, sorted.

    Raises:
        DataError: it does not exist.
    """
    if not root.exists():
        raise DataError("it does not exist.", file=root, remedy="Check the path.")
    if not root.is_dir():
        yield root
        return
    files = (path for path in root.rglob("*") if path.is_file())
    yield from sorted(path for path in files if path.suffix.lower() in READERS)


def _index_file(
    store: ZooVectorStore, file: Path, indexed: _IndexedFile | None, changes: _Changes
) -> None:
    sha256 = file_sha256(file)
    if indexed is not None and indexed.sha256 == sha256:
        changes.unchanged += 1
        return
    try:
        chunks = split_documents(read_documents(file))
    except DataError as error:
        changes.failed[str(file)] = str(error)
        return
    for chunk in chunks:
        chunk.metadata["hash"] = sha256
    store.replace(indexed.ids if indexed else [], chunks, _chunk_ids(file, sha256, chunks))
    (changes.updated if indexed else changes.added).append(str(file))


def _chunk_ids(file: Path, sha256: str, chunks: list[Document]) -> list[str]:
    suffix = text_sha256(str(file))[:8]
    return [f"{sha256[:16]}-{position}-{suffix}" for position in range(len(chunks))]


def _indexed_files(store: ZooVectorStore) -> dict[str, _IndexedFile]:
    files: dict[str, _IndexedFile] = {}
    for document in store.all_documents():
        name, sha256 = str(document.metadata.get("source")), str(document.metadata.get("hash"))
        files.setdefault(name, _IndexedFile(sha256)).ids.append(str(document.id))
    return files


def _is_below(name: str, root: Path) -> bool:
    return root.is_dir() and Path(name).is_relative_to(root)
