"""Documents: read, cut, indexed and searched, with where each passage stands."""

from __future__ import annotations

from chainzoo.retrieval.collection import (
    IndexReport,
    Passage,
    index_documents,
    read_passages,
    search_documents,
)
from chainzoo.retrieval.keywords import KeywordIndex

__all__ = [
    "IndexReport",
    "KeywordIndex",
    "Passage",
    "index_documents",
    "read_passages",
    "search_documents",
]
