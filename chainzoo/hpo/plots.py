"""Pictures of a search: its course, and what mattered."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from chainzoo.hpo.result import TrialRecord

# Each state with its mark and its colour.
MARKS = {"complete": ("o", "tab:blue"), "pruned": ("x", "0.5")}


def plot_history(trials: Sequence[TrialRecord], metric: str, path: Path) -> None:
    """The score of each trial, and the best so far, as PNG."""
    figure, axes = _sheet(7.0, 3.8)
    for state, (mark, color) in MARKS.items():
        shown = [(t.number, t.score) for t in trials if t.state == state and t.score is not None]
        if shown:
            axes.plot(*zip(*shown, strict=True), mark, color=color, label=state)
    ended = [(t.number, t.score) for t in trials if t.state == "complete" and t.score is not None]
    if ended:
        best = list(accumulate((score for _, score in ended), max))
        numbers = [number for number, _ in ended]
        last = max(trial.number for trial in trials)
        axes.step([*numbers, last], [*best, best[-1]], where="post", color="tab:red", label="best")
        axes.legend(fontsize=8)
    axes.set(title="PruningCallback of the search", xlabel="trial", ylabel=metric.replace("_", " "))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    _save(figure, path)


def plot_importance(importance: Mapping[str, float], path: Path) -> None:
    """Each field's share of what moved the score, as PNG, the greatest on top."""
    figure, axes = _sheet(7.0, 1.2 + 0.4 * len(importance))
    order = sorted(importance, key=lambda name: importance[name])
    bars = axes.barh(order, [importance[name] for name in order], color="tab:blue")
    axes.bar_label(bars, fmt="%.2f", padding=3, fontsize=8)
    axes.set(title="What moved the score", xlabel="share of the variance (fANOVA)")
    axes.set_xlim(0, 1.08)
    axes.grid(axis="x", alpha=0.3)
    _save(figure, path)


def _sheet(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _save(figure: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")  # Two may share one search.
    figure.savefig(beside, format="png", dpi=110)
    os.replace(beside, path)
