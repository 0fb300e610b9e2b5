"""Documents: read, split, indexed and searched, with citations."""

from __future__ import annotations

from chainzoo.retrieval.indexing import IndexReport, index_documents
from chainzoo.retrieval.search import Passage, search_documents

__all__ = ["IndexReport", "Passage", "index_documents", "search_documents"]
