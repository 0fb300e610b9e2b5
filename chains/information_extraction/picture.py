"""A graph of facts as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SIZE = (12, 9)
SEED = 13
FONTS = ["Noto Sans CJK SC", "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC", "DejaVu Sans"]


def draw(graph: Any, path: Path, most: int) -> None:
    """Write a PNG of the ``most`` things that have the most relations and mentions."""
    import logging

    import networkx
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    order = sorted(graph.nodes, key=lambda n: (-graph.degree(n), -graph.nodes[n]["mentions"]))
    shown = graph.subgraph(order[:most])
    types = sorted({shown.nodes[n]["type"] for n in shown})
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # Fonts that are not here.
    with rc_context({"font.family": FONTS}):
        figure = Figure(figsize=SIZE, layout="constrained")
        axes = figure.add_subplot()
        axes.set_axis_off()
        places = networkx.spring_layout(shown, seed=SEED, k=1.6 / max(len(shown), 1) ** 0.5)
        for at, kind in enumerate(types):
            members = [n for n in shown if shown.nodes[n]["type"] == kind]
            sizes = [200 + 60 * min(shown.nodes[n]["mentions"], 20) for n in members]
            networkx.draw_networkx_nodes(
                shown, places, members, node_size=sizes, node_color=f"C{at}", label=kind, ax=axes,
                alpha=0.85,
            )  # fmt: skip
        networkx.draw_networkx_edges(shown, places, edge_color="#9aa4ae", ax=axes)
        names = {n: shown.nodes[n]["name"] for n in shown}
        networkx.draw_networkx_labels(shown, places, names, font_size=8, ax=axes)
        said = {(a, b): values["relation"] for a, b, values in shown.edges(data=True)}
        if len(said) <= most:
            networkx.draw_networkx_edge_labels(shown, places, said, font_size=7, ax=axes)
        if types:
            figure.legend(loc="outside lower center", ncols=8, markerscale=0.5)
        left = len(graph) - len(shown)
        more = f" ({left:,} more are not shown)" if left else ""
        axes.set_title(f"{len(shown):,} things, {len(shown.edges):,} relations{more}")
        figure.savefig(path, dpi=110, format="png")
