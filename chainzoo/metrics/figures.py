"""Figures: matplotlib without pyplot, so that no window system and no global state is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chainzoo import atomic

DPI = 110


def new_figure(width: float, height: float) -> Any:
    """Return an empty ``matplotlib.figure.Figure``; the sizes are in inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save_png(figure: Any, path: Path) -> None:
    """Write a figure as PNG; an existing file is replaced atomically."""
    with atomic.file(path) as tmp_path:
        figure.savefig(tmp_path, format="png", dpi=DPI)
