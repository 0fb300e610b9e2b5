"""Collections of documents in a home: indexed step by step, searched by meaning and by words."""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chainzoo.errors import DataError
from chainzoo.home import Home
from chainzoo.langchain.embeddings import ZooEmbeddings
from chainzoo.langchain.vector_store import Filter, ZooVectorStore, passes
from chainzoo.registry.names import check_name
from chainzoo.retrieval.chunking import cut
from chainzoo.retrieval.documents import READERS, read_documents
from chainzoo.retrieval.keywords import rank

DEFAULT = "documents"
POOL = 30  # Passages that each of the two searches puts forward.
RANK_CONSTANT = 60  # Of reciprocal rank fusion (Cormack, Clarke and Buettcher 2009).


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What indexing has changed: files, and why some could not be read."""

    collection: str
    added: tuple[str, ...]
    updated: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    failed: dict[str, str]
    passages: int

    def __str__(self) -> str:
        said = (
            f"Collection {self.collection}: {len(self.added)} files added, {len(self.updated)}"
            f" updated, {len(self.removed)} removed, {self.unchanged} unchanged;"
            f" {self.passages:,} passages."
        )
        failed = "".join(f"\n- left out: {why}" for why in self.failed.values())
        return said + failed

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document. ``score`` is its cosine with the query, ``citation`` where it is."""

    text: str
    score: float
    citation: str
    metadata: dict[str, Any]


def open_collection(home: Home, name: str = DEFAULT, model: str = "minilm-l6") -> ZooVectorStore:
    """The vector store of a collection, with the encoder that it was made with.

    Raises:
        RegistryError: the name cannot be one.
    """
    folder = home.root / "collections" / check_name(name, "collection")
    card = folder / "collection.json"
    if card.exists():
        model = str(json.loads(card.read_text(encoding="utf-8"))["model"])
    store = ZooVectorStore(ZooEmbeddings(model, home), folder)
    if not card.exists():
        beside = card.with_suffix(f".{os.getpid()}.part")
        beside.write_text(json.dumps({"model": model}), encoding="utf-8")
        os.replace(beside, card)
    return store


def index_documents(
    home: Home, path: str | Path, collection: str = DEFAULT, model: str = "minilm-l6"
) -> IndexReport:
    """Read a file or a folder into a collection; what has not changed is left as it is.

    Files that are gone from an indexed folder are removed. A file that cannot be read is named in
    the report and keeps no other from being read.

    Raises:
        DataError: there is no such path, or nothing in it can be read.
    """
    root = Path(path).expanduser().resolve()
    if not root.exists():
        raise DataError("it is not there.", file=path, remedy="Check the path.")
    files = sorted(p for p in root.rglob("*") if p.is_file()) if root.is_dir() else [root]
    files = [p for p in files if p.suffix.lower() in READERS or p == root]
    store = open_collection(home, collection, model)
    known = _known(store)
    added: list[str] = []
    updated: list[str] = []
    unchanged = 0
    failed: dict[str, str] = {}
    for file in files:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        old = known.get(str(file), {})
        if old.get("hash") == digest:
            unchanged += 1
            continue
        try:
            pieces = cut(read_documents(file))
        except DataError as error:
            failed[str(file)] = str(error)
            continue
        for piece in pieces:
            piece.metadata["hash"] = digest
        ids = [f"{digest[:16]}-{at}-{_short(file)}" for at in range(len(pieces))]
        store.replace(old.get("ids", []), pieces, ids)
        (updated if old else added).append(str(file))
    here = {str(file) for file in files}
    removed = [source for source in known if source not in here and _is_below(source, root)]
    for source in removed:
        store.delete(known[source]["ids"])
    if failed and not (added or updated or unchanged):
        raise DataError(" ".join(failed.values()), remedy="Nothing was indexed.")
    return IndexReport(
        collection, tuple(added), tuple(updated), tuple(removed), unchanged, failed, len(store)
    )


def read_passages(path: str | Path) -> list[Passage]:
    """The passages of a file, or of all readable files below a folder, with where they stand.

    Raises:
        DataError: there is no such path, or a file in it cannot be read.
    """
    root = Path(path).expanduser()
    if not root.exists():
        raise DataError("it is not there.", file=path, remedy="Check the path.")
    files = sorted(p for p in root.rglob("*") if p.is_file()) if root.is_dir() else [root]
    pieces = [
        piece
        for file in files
        if file == root or file.suffix.lower() in READERS
        for piece in cut(read_documents(file))
    ]
    return [Passage(p.page_content, 1.0, cite(p.metadata), p.metadata) for p in pieces]


def search_documents(
    home: Home,
    query: str,
    collection: str = DEFAULT,
    k: int = 4,
    filter: Filter | None = None,  # noqa: A002
) -> list[Passage]:
    """The passages that fit best, by meaning and by words, fused by reciprocal rank.

    Raises:
        DataError: the collection is empty.
    """
    store = open_collection(home, collection)
    if not len(store):
        raise DataError(
            f"the collection {collection!r} is empty.", remedy="Index a file or a folder first."
        )
    near = store.similarity_search_with_score(query, POOL, filter)
    cosine = {str(doc.id): score for doc, score in near}
    every = [doc for doc in store.everything() if _lets_through(doc.metadata, filter)]
    worded = [every[at] for at in rank(query, [doc.page_content for doc in every], POOL)]
    points: dict[str, float] = defaultdict(float)
    documents = {str(doc.id): doc for doc in (*[d for d, _ in near], *worded)}
    for order in ([str(doc.id) for doc, _ in near], [str(doc.id) for doc in worded]):
        for place, name in enumerate(order):
            points[name] += 1 / (RANK_CONSTANT + place + 1)
    best = sorted(points, key=lambda name: -points[name])[:k]
    return [
        Passage(
            documents[name].page_content,
            cosine.get(name, 0.0),
            cite(documents[name].metadata),
            documents[name].metadata,
        )
        for name in best
    ]


def cite(metadata: dict[str, Any]) -> str:
    """Where a passage stands: its file, and page, row, line or heading."""
    said = [Path(str(metadata.get("source", ""))).name]
    said += [f"{name} {metadata[name]}" for name in ("page", "row", "line") if name in metadata]
    if metadata.get("heading"):
        said.append(f"“{metadata['heading']}”")
    return ", ".join(said)


def _lets_through(metadata: dict[str, Any], wanted: Filter | None) -> bool:

    return wanted is None or passes(metadata, wanted)


def _known(store: ZooVectorStore) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for doc in store.everything():
        source = str(doc.metadata.get("source"))
        entry = found.setdefault(source, {"hash": doc.metadata.get("hash"), "ids": []})
        entry["ids"].append(str(doc.id))
    return found


def _is_below(source: str, root: Path) -> bool:
    return root.is_dir() and Path(source).is_relative_to(root)


def _short(file: Path) -> str:
    return hashlib.sha256(str(file).encode()).hexdigest()[:8]
