"""Pictures of a report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

NUMBERED = 20  # Labels up to which each cell shows its count.


def plot_confusion(names: Sequence[str], matrix: np.ndarray, path: Path) -> None:
    """The confusion matrix as PNG: shares of each true label as shades, counts where they fit."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    size = max(4.5, 0.32 * len(names) + 2.5)
    figure = Figure(figsize=(size, size), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    small = 7 if len(names) > NUMBERED else 9
    shown = [name if len(name) <= 28 else name[:27] + "…" for name in names]
    axes.set_xticks(range(len(names)), shown, rotation=90, fontsize=small)
    axes.set_yticks(range(len(names)), shown, fontsize=small)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    if len(names) <= NUMBERED:
        for row, column in np.ndindex(matrix.shape):
            if matrix[row, column]:
                color = "white" if shares[row, column] > 0.5 else "black"
                text = f"{matrix[row, column]:,}"
                axes.text(column, row, text, ha="center", va="center", fontsize=8, color=color)
    beside = path.with_name(path.name + ".part")
    figure.savefig(beside, format="png", dpi=110)
    os.replace(beside, path)
