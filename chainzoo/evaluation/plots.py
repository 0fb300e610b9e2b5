"""Pictures of a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chainzoo.evaluation.report import write_beside

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_LABELS = 90  # More cannot be read; the labels with the most mistakes are shown then.
NUMBERS_UP_TO = 16  # Labels up to which every cell shows its number.
LONGEST_NAME = 28
DPI = 150

# Fonts with Chinese and Japanese characters that systems bring along, tried in this order.
WIDE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
    "SimHei",
    "Arial Unicode MS",
)


def plot_confusion(names: Sequence[str], matrix: np.ndarray, path: Path) -> None:
    """Write the confusion matrix as a PNG: colour is the share of a row, numbers are counts.

    ``matrix`` has shape (labels, labels): true by predicted. Above 90 labels, those with the most
    mistakes are shown.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    total = len(names)
    matrix = np.asarray(matrix, dtype=np.int64).reshape(total, total)
    shown = _shown(matrix)
    names, fonts = _drawable([names[at] for at in shown], shown)
    sums = np.maximum(matrix.sum(axis=1), 1)[shown]
    matrix = matrix[np.ix_(shown, shown)]
    size = len(names)
    cell = 0.55 if size <= NUMBERS_UP_TO else 0.19
    side = max(size * cell, 1.6)
    margin = 1.0 + 0.075 * max((len(name) for name in names), default=1) * _font(size) / 8
    with matplotlib.rc_context({"font.family": fonts}):
        figure = Figure(figsize=(side + margin + 1.1, side + margin + 0.6), dpi=DPI)
        FigureCanvasAgg(figure)
        axes = figure.add_axes(_frame(side, margin))
        shares = matrix / sums[:, None]
        image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        _label(axes, names)
        _numbers(axes, matrix, shares)
        title = "Confusion" if size == total else f"The {size} of {total} labels with most mistakes"
        axes.set_title(title, fontsize=11, loc="left")
        bar = figure.colorbar(image, ax=axes, fraction=0.03, pad=0.02)
        bar.ax.tick_params(labelsize=7)
        bar.set_label("share of the true label", fontsize=8)
        write_beside(path, lambda beside: figure.savefig(beside, bbox_inches="tight"))


def _frame(side: float, margin: float) -> tuple[float, float, float, float]:
    """Left, bottom, width and height of the matrix as shares of the figure."""
    width, height = side + margin + 1.1, side + margin + 0.6
    return margin / width, margin / height, (side + 0.5) / width, side / height


def _font(size: int) -> float:
    return 9 if size <= NUMBERS_UP_TO else 6.5


def _shown(matrix: np.ndarray) -> list[int]:
    """Positions of the labels to show, in their order."""
    if len(matrix) <= MOST_LABELS:
        return list(range(len(matrix)))
    wrong = matrix.sum(axis=0) + matrix.sum(axis=1) - 2 * matrix.diagonal()
    return sorted(int(at) for at in np.argsort(-wrong, kind="stable")[:MOST_LABELS])


def _drawable(names: Sequence[str], positions: Sequence[int]) -> tuple[list[str], list[str]]:
    """Short names that the fonts at hand can draw, and those fonts.

    A name with a character that no font has is shown as its number in the table of labels.
    """
    from matplotlib import font_manager

    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    fonts = ["DejaVu Sans", *(font for font in WIDE_FONTS if font in installed)]
    glyphs: set[int] = set()
    for font in fonts:
        glyphs |= set(font_manager.get_font(font_manager.findfont(font)).get_charmap())
    drawn = []
    for name, position in zip(names, positions, strict=True):
        short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        known = all(ord(char) in glyphs for char in short)
        drawn.append(short if known else f"label {position + 1}")
    return drawn, fonts


def _label(axes: Axes, names: Sequence[str]) -> None:
    size = _font(len(names))
    ticks = range(len(names))
    axes.set_xticks(ticks, names, rotation=90, fontsize=size, parse_math=False)
    axes.set_yticks(ticks, names, fontsize=size, parse_math=False)
    axes.set_xlabel("predicted", fontsize=10)
    axes.set_ylabel("true", fontsize=10)
    axes.set_xticks(np.arange(-0.5, len(names)), minor=True)
    axes.set_yticks(np.arange(-0.5, len(names)), minor=True)
    axes.grid(which="minor", color="#dddddd", linewidth=0.4)
    axes.tick_params(which="minor", length=0)
    axes.tick_params(which="major", length=2)


def _numbers(axes: Axes, matrix: np.ndarray, shares: np.ndarray) -> None:
    """Every number where there is room for it, else the mistakes."""
    many = len(matrix) > NUMBERS_UP_TO
    for true, guess in np.argwhere(matrix > 0):
        if many and true == guess:
            continue
        count = int(matrix[true, guess])
        style: dict[str, Any] = {"fontsize": 5 if many else (9 if count < 10_000 else 7)}
        style["color"] = "white" if shares[true, guess] > 0.6 else "#222222"
        axes.text(int(guess), int(true), str(count), ha="center", va="center", **style)
