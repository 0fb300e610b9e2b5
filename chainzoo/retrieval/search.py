"""Search a collection by meaning and by keywords; read the passages of files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainzoo.errors import DataError
from chainzoo.home import Home
from chainzoo.langchain.vector_storage import Filter, matches
from chainzoo.retrieval.chunking import split_documents
from chainzoo.retrieval.collection import DEFAULT_COLLECTION, open_collection
from chainzoo.retrieval.documents import read_documents
from chainzoo.retrieval.indexing import readable_files
from chainzoo.retrieval.keywords import KeywordIndex

CANDIDATES = 30
"""Passages that each of the two searches proposes."""
RANK_CONSTANT = 60
"""Of reciprocal rank fusion (Cormack, Clarke and Buettcher 2009)."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a document. ``score`` is its cosine with the query, ``citation`` where it is."""

    text: str
    score: float
    citation: str
    metadata: dict[str, Any]


def search_documents(
    home: Home,
    query: str,
    collection: str = DEFAULT_COLLECTION,
    k: int = 4,
    filter: Filter | None = None,  # noqa: A002
) -> list[Passage]:
    """The ``k`` passages that match best, by embeddings and by BM25, fused by reciprocal rank.

    Raises:
        DataError: the collection is empty.
    """
    store = open_collection(home, collection)
    if not len(store):
        raise DataError(
            f"the collection {collection!r} is empty.", remedy="Index a file or a folder first."
        )
    near = store.similarity_search_with_score(query, CANDIDATES, filter)
    cosines = {str(document.id): cosine for document, cosine in near}
    candidates = [doc for doc in store.all_documents() if matches(doc.metadata, filter)]
    keywords = KeywordIndex([document.page_content for document in candidates])
    by_keywords = [str(candidates[at].id) for at in keywords.rank(query, CANDIDATES)]
    documents = {str(doc.id): doc for doc in (*candidates, *(doc for doc, _ in near))}
    best = fuse_rankings([list(cosines), by_keywords])[:k]
    return [
        Passage(
            documents[each].page_content,
            cosines.get(each, 0.0),
            cite(documents[each].metadata),
            documents[each].metadata,
        )
        for each in best
    ]


def fuse_rankings(rankings: Sequence[Sequence[str]]) -> list[str]:
    """All ids of some rankings, by the sum of ``1 / (60 + rank)`` over the rankings."""
    points: dict[str, float] = defaultdict(float)
    for ranking in rankings:
        for rank, each in enumerate(ranking, start=1):
            points[each] += 1 / (RANK_CONSTANT + rank)
    return sorted(points, key=lambda each: -points[each])


def read_passages(path: str | Path) -> list[Passage]:
    """The passages of a file, or of all readable files below a folder, with their citations.

    Raises:
        DataError: the path does not exist, or a file in it cannot be read.
    """
    files = readable_files(Path(path).expanduser())
    chunks = [chunk for file in files for chunk in split_documents(read_documents(file))]
    return [Passage(c.page_content, 1.0, cite(c.metadata), c.metadata) for c in chunks]


def cite(metadata: dict[str, Any]) -> str:
    """Where a passage is: its file, and page, row, line or heading."""
    parts = [Path(str(metadata.get("source", ""))).name]
    parts += [f"{name} {metadata[name]}" for name in ("page", "row", "line") if name in metadata]
    if metadata.get("heading"):
        parts.append(f"“{metadata['heading']}”")
    return ", ".join(parts)
