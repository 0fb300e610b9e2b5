"""Plot a graph of facts as a PNG."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

FIGURE_SIZE = (12, 9)
LAYOUT_SEED = 13
FONTS = ["Noto Sans CJK SC", "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC", "DejaVu Sans"]


def plot_graph(graph: Any, path: Path, max_nodes: int) -> None:
    """Write a PNG of the ``max_nodes`` nodes with the highest degree, then the most mentions."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    order = sorted(graph.nodes, key=lambda n: (-graph.degree(n), -graph.nodes[n]["mentions"]))
    shown = graph.subgraph(order[:max_nodes])
    hidden = len(graph) - len(shown)
    suffix = f" ({hidden:,} more are not shown)" if hidden else ""
    # Matplotlib logs a warning for each of the fonts that is not installed.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    with rc_context({"font.family": FONTS}):
        figure = Figure(figsize=FIGURE_SIZE, layout="constrained")
        axes = figure.add_subplot()
        axes.set_axis_off()
        if _draw_nodes_and_edges(shown, axes, max_edge_labels=max_nodes):
            figure.legend(loc="outside lower center", ncols=8, markerscale=0.5)
        axes.set_title(f"{len(shown):,} entities, {len(shown.edges):,} relations{suffix}")
        figure.savefig(path, dpi=110, format="png")


def _draw_nodes_and_edges(graph: Any, axes: Any, max_edge_labels: int) -> bool:
    """Draw a graph into ``axes``, one colour a type; return whether there is any node."""
    import networkx

    positions = networkx.spring_layout(graph, seed=LAYOUT_SEED, k=1.6 / max(len(graph), 1) ** 0.5)
    types = sorted({graph.nodes[n]["type"] for n in graph})
    for index, entity_type in enumerate(types):
        nodes = [n for n in graph if graph.nodes[n]["type"] == entity_type]
        sizes = [200 + 60 * min(graph.nodes[n]["mentions"], 20) for n in nodes]
        networkx.draw_networkx_nodes(
            graph, positions, nodes, node_size=sizes, node_color=f"C{index}", label=entity_type,
            ax=axes, alpha=0.85,
        )  # fmt: skip
    networkx.draw_networkx_edges(graph, positions, edge_color="#9aa4ae", ax=axes)
    names = {n: graph.nodes[n]["name"] for n in graph}
    networkx.draw_networkx_labels(graph, positions, names, font_size=8, ax=axes)
    labels = {(a, b): values["relation"] for a, b, values in graph.edges(data=True)}
    if len(labels) <= max_edge_labels:
        networkx.draw_networkx_edge_labels(graph, positions, labels, font_size=7, ax=axes)
    return bool(types)
