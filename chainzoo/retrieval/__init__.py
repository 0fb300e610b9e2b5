"""Documents: read, cut, indexed and searched, with where each passage stands."""

from __future__ import annotations

from chainzoo.retrieval.collection import IndexReport, Passage, index_documents, search_documents

__all__ = ["IndexReport", "Passage", "index_documents", "search_documents"]
