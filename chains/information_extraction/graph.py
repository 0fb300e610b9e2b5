"""A graph of the facts of many documents: entities are nodes, relations are edges."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from chains.information_extraction.facts import DocumentFacts
from chains.information_extraction.output_files import atomic_output
from chainzoo import MissingExtraError


class FactGraph:
    """Collect entities and relations document by document; the texts are not kept."""

    def __init__(self) -> None:
        self.documents = 0
        self._names: dict[str, Counter[str]] = defaultdict(Counter)
        self._types: dict[str, str] = {}
        self._sources: dict[str, set[str]] = defaultdict(set)
        self._edges: dict[tuple[str, str, str], dict[str, Any]] = {}

    def add(self, document: DocumentFacts) -> None:
        """Add the mentions and facts of one document."""
        self.documents += 1
        source = str(document.metadata.get("source", f"document {self.documents}"))
        for mention in document.mentions:
            self._names[mention.entity_id][mention.text] += 1
            self._types[mention.entity_id] = mention.type
            self._sources[mention.entity_id].add(source)
        for fact in document.facts:
            if fact.head.entity_id == fact.tail.entity_id:
                continue
            key = (fact.head.entity_id, fact.relation, fact.tail.entity_id)
            edge = self._edges.setdefault(
                key, {"count": 0, "score": 0.0, "evidence": fact.evidence, "source": source}
            )
            edge["count"] += 1
            if fact.score > edge["score"]:
                edge.update(score=round(fact.score, 4), evidence=fact.evidence, source=source)

    def networkx(self) -> Any:
        """Return a ``networkx.MultiDiGraph``.

        Nodes have ``name`` (the most frequent one), ``type``, ``mentions`` and ``documents``
        (counts), and ``aliases``. Edges have ``relation``, ``count``, and the ``score``,
        ``evidence`` and ``source`` of the most probable fact.

        Raises:
            MissingExtraError: networkx is not installed.
        """
        graph = _import_networkx().MultiDiGraph()
        for entity_id, names in self._names.items():
            graph.add_node(
                entity_id,
                name=names.most_common(1)[0][0],
                type=self._types[entity_id],
                mentions=names.total(),
                documents=len(self._sources[entity_id]),
                aliases=" | ".join(sorted(names)),
            )
        for (head, relation, tail), attributes in self._edges.items():
            graph.add_edge(head, tail, key=relation, relation=relation, **attributes)
        return graph

    def write(self, path: Path) -> None:
        """Write node-link JSON (``.json``) or GraphML (any other suffix)."""
        networkx, graph = _import_networkx(), self.networkx()
        with atomic_output(path) as tmp_path:
            if path.suffix.lower() == ".json":
                values = networkx.node_link_data(graph, edges="edges")
                text = json.dumps(values, ensure_ascii=False, indent=1)
                tmp_path.write_text(text, encoding="utf-8")
            else:
                networkx.write_graphml(graph, tmp_path)

    def plot(self, path: Path, max_nodes: int = 40) -> None:
        """Write a PNG of the ``max_nodes`` entities with the most relations and mentions."""
        from chains.information_extraction.graph_plot import plot_graph

        with atomic_output(path) as tmp_path:
            plot_graph(self.networkx(), tmp_path, max_nodes)


def _import_networkx() -> Any:
    try:
        import networkx
    except ImportError:
        raise MissingExtraError(
            "Graphs of facts need networkx, which is not installed.",
            remedy='Run: pip install "chainzoo[apps]"',
        ) from None
    return networkx
