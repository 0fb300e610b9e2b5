"""Who and what stands in documents, and how it is related: as a table or as a graph."""

from __future__ import annotations

from chains.information_extraction.config import ExtractionConfig
from chains.information_extraction.extractor import DocumentFacts, Extractor, build_extractor
from chains.information_extraction.graph import FactGraph

__all__ = ["DocumentFacts", "ExtractionConfig", "Extractor", "FactGraph", "build_extractor"]
