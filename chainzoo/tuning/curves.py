"""Training curves: the loss and the scores of a run, as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chainzoo.metrics.figures import new_figure, save_png


def plot_curves(history: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Draw the training loss by step, and each score by step, as PNG.

    ``history`` has rows with ``step`` and ``loss``, and rows with ``step``, ``epoch`` and scores.
    """
    losses = [(row["step"], row["loss"]) for row in history if "loss" in row]
    evaluations = [row for row in history if "loss" not in row]
    figure = new_figure(9, 3.6)
    left, right = figure.subplots(1, 2)
    if losses:
        left.plot(*zip(*losses, strict=True), color="tab:blue")
    left.set(title="Training loss", xlabel="step", ylabel="loss")
    left.set_ylim(bottom=0)
    steps = [row["step"] for row in evaluations]
    names = [name for name in (evaluations or [{}])[0] if name not in ("step", "epoch")]
    for name in names:
        right.plot(steps, [row[name] for row in evaluations], "o-", label=name)
    right.set(title="Scores on held-out rows", xlabel="step")
    right.set_ylim(0, 1.02)
    right.grid(alpha=0.3)
    if evaluations:
        right.legend(fontsize=8)
    save_png(figure, path)
