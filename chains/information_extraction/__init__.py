"""Who and what stands in documents, and how it is related: as a table or as a graph."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chains.information_extraction.config import ExtractionConfig
    from chains.information_extraction.extractor import DocumentFacts, Extractor, build_extractor
    from chains.information_extraction.graph import FactGraph

# Loaded when first asked for: the verb's help needs none of it.
_PLACES = {
    "DocumentFacts": "extractor",
    "ExtractionConfig": "config",
    "Extractor": "extractor",
    "FactGraph": "graph",
    "build_extractor": "extractor",
}

__all__ = ["DocumentFacts", "ExtractionConfig", "Extractor", "FactGraph", "build_extractor"]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
