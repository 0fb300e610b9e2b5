"""Plots of a sweep: its optimization history, and the importance of the fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path

from chainzoo.hpo.result import TrialRecord
from chainzoo.metrics.figures import new_figure, save_png

MARKERS = {"complete": ("o", "tab:blue"), "pruned": ("x", "0.5")}  # Shape and color by state.


def plot_history(trials: Sequence[TrialRecord], metric: str, path: Path) -> None:
    """Draw the score of each trial, and the best so far, as PNG."""
    figure = new_figure(7.0, 3.8)
    axes = figure.add_subplot()
    for state, (marker, color) in MARKERS.items():
        points = _points(trials, state)
        if points:
            axes.plot(*zip(*points, strict=True), marker, color=color, label=state)
    complete = _points(trials, "complete")
    if complete:
        best = list(accumulate((score for _, score in complete), max))
        numbers = [number for number, _ in complete]
        last = max(trial.number for trial in trials)
        axes.step([*numbers, last], [*best, best[-1]], where="post", color="tab:red", label="best")
        axes.legend(fontsize=8)
    axes.set(title="Optimization history", xlabel="trial", ylabel=metric.replace("_", " "))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    save_png(figure, path)


def _points(trials: Sequence[TrialRecord], state: str) -> list[tuple[int, float]]:
    return [(t.number, t.score) for t in trials if t.state == state and t.score is not None]


def plot_importance(importance: Mapping[str, float], path: Path) -> None:
    """Draw each field's share of the variance of the score as PNG, the greatest on top."""
    figure = new_figure(7.0, 1.2 + 0.4 * len(importance))
    axes = figure.add_subplot()
    order = sorted(importance, key=lambda name: importance[name])
    bars = axes.barh(order, [importance[name] for name in order], color="tab:blue")
    axes.bar_label(bars, fmt="%.2f", padding=3, fontsize=8)
    axes.set(title="Importance of the fields", xlabel="share of the variance (fANOVA)")
    axes.set_xlim(0, 1.08)
    axes.grid(axis="x", alpha=0.3)
    save_png(figure, path)
