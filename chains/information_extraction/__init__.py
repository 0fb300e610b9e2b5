"""Extract entities and relations from documents, as a table or as a graph."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chains.information_extraction.config import ExtractionConfig
    from chains.information_extraction.documents import load_documents
    from chains.information_extraction.extractor import Extractor, build_extractor
    from chains.information_extraction.facts import DocumentFacts, EntityMention, Fact
    from chains.information_extraction.graph import FactGraph

# Imported on first use: the help text of the command needs none of them.
_MODULES = {
    "DocumentFacts": "facts",
    "EntityMention": "facts",
    "ExtractionConfig": "config",
    "Extractor": "extractor",
    "Fact": "facts",
    "FactGraph": "graph",
    "build_extractor": "extractor",
    "load_documents": "documents",
}

__all__ = [
    "DocumentFacts",
    "EntityMention",
    "ExtractionConfig",
    "Extractor",
    "Fact",
    "FactGraph",
    "build_extractor",
    "load_documents",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
