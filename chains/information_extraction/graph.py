"""Facts of many documents as one graph: things are nodes, relations between them are edges."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from chains.information_extraction.extractor import DocumentFacts
from chains.information_extraction.files import beside
from chainzoo import MissingExtraError


class FactGraph:
    """Grows document by document; holds things and relations, not texts."""

    def __init__(self) -> None:
        self.documents = 0
        self._names: dict[str, Counter[str]] = defaultdict(Counter)
        self._types: dict[str, str] = {}
        self._sources: dict[str, set[str]] = defaultdict(set)
        self._edges: dict[tuple[str, str, str], dict[str, Any]] = {}

    def add(self, found: DocumentFacts) -> None:
        """Add what stands in one document."""
        self.documents += 1
        source = str(found.where.get("source", f"document {self.documents}"))
        for mention in found.mentions:
            self._names[mention.key][mention.text] += 1
            self._types[mention.key] = mention.type
            self._sources[mention.key].add(source)
        for fact in found.facts:
            if fact.head.key == fact.tail.key:
                continue
            key = (fact.head.key, fact.relation, fact.tail.key)
            edge = self._edges.setdefault(
                key, {"count": 0, "score": 0.0, "evidence": fact.evidence, "source": source}
            )
            edge["count"] += 1
            if fact.score > edge["score"]:
                edge.update(score=round(fact.score, 4), evidence=fact.evidence, source=source)

    def networkx(self) -> Any:
        """A ``networkx.MultiDiGraph``: nodes have name, type, mentions and documents.

        Raises:
            MissingExtraError: networkx is not installed.
        """
        networkx = _networkx()
        graph = networkx.MultiDiGraph()
        for key, names in self._names.items():
            graph.add_node(
                key,
                name=names.most_common(1)[0][0],
                type=self._types[key],
                mentions=names.total(),
                documents=len(self._sources[key]),
                also=" | ".join(sorted(names)),
            )
        for (head, relation, tail), values in self._edges.items():
            graph.add_edge(head, tail, key=relation, relation=relation, **values)
        return graph

    def write(self, path: Path) -> None:
        """Write it as GraphML, or as JSON in node-link form, whichever the name says."""
        networkx, graph = _networkx(), self.networkx()
        if path.suffix.lower() == ".json":
            values = networkx.node_link_data(graph, edges="edges")
            beside(path, lambda at: at.write_text(_json(values), encoding="utf-8"))
        else:
            beside(path, lambda at: networkx.write_graphml(graph, at))

    def draw(self, path: Path, most: int = 40) -> None:
        """Draw the things that are named most, with their relations, as a picture."""
        from chains.information_extraction.picture import draw

        beside(path, lambda at: draw(self.networkx(), at, most))


def _json(values: Any) -> str:
    return json.dumps(values, ensure_ascii=False, indent=1)


def _networkx() -> Any:
    try:
        import networkx
    except ImportError:
        raise MissingExtraError(
            "A graph needs networkx.", remedy='Run: pip install "chainzoo[apps]"'
        ) from None
    return networkx
