"""The course of a run as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chainzoo import atomic


def plot_curves(history: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Loss by step, and each score by step, as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    losses = [(row["step"], row["loss"]) for row in history if "loss" in row]
    judged = [row for row in history if "loss" not in row]
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    left.plot(*zip(*losses, strict=True), color="tab:blue") if losses else None
    left.set(title="Loss on what is learnt from", xlabel="step", ylabel="loss")
    left.set_ylim(bottom=0)
    for name in [key for key in (judged[0] if judged else {}) if key not in ("step", "epoch")]:
        right.plot([row["step"] for row in judged], [row[name] for row in judged], "o-", label=name)
    right.set(title="Scores on what was held out", xlabel="step")
    right.set_ylim(0, 1.02)
    right.grid(alpha=0.3)
    if judged:
        right.legend(fontsize=8)
    with atomic.file(path) as tmp_path:
        figure.savefig(tmp_path, format="png", dpi=110)
