"""The confusion matrix as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.metrics.figures import new_figure, save_png

MAX_NUMBERED = 20  # Labels up to which every cell shows its count; above, only mistakes do.
MAX_LABELS = 60  # Labels drawn: those with the most mistakes.
MAX_NAME = 28  # Characters of a label's name.
LATIN_FONT = "DejaVu Sans"  # Comes with matplotlib.
CJK_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "SimHei", "Microsoft YaHei", "PingFang SC", "Heiti SC",
)  # fmt: skip


def plot_confusion(names: Sequence[str], matrix: np.ndarray, path: Path) -> None:
    """Draw a confusion matrix as PNG: shades are shares of the true label, numbers are counts.

    ``matrix`` has shape (labels, labels): true labels by predicted ones. Of more than 60 labels,
    the 60 with the most mistakes are drawn.
    """
    from matplotlib import rc_context

    drawn = _most_mistaken(matrix)
    counts = matrix[np.ix_(drawn, drawn)]
    shares = counts / np.maximum(matrix.sum(axis=1)[drawn, None], 1)
    fonts = _installed_fonts()
    size = max(4.5, 0.32 * len(drawn) + 2.5)
    with rc_context({"font.family": fonts}):
        figure = new_figure(size, size)
        axes = figure.add_subplot()
        _draw_cells(axes, shares, counts)
        _label_axes(axes, [_tick(names[index], int(index), fonts) for index in drawn])
        if len(drawn) < len(names):
            axes.set_title(f"The {len(drawn)} of {len(names)} labels with the most mistakes")
        save_png(figure, path)


def _most_mistaken(matrix: np.ndarray) -> np.ndarray:
    """The labels with the most mistakes, in their order in the matrix."""
    mistakes = matrix.sum(axis=0) + matrix.sum(axis=1) - 2 * np.diag(matrix)
    return np.sort(np.argsort(-mistakes, kind="stable")[:MAX_LABELS])


def _draw_cells(axes: Any, shares: np.ndarray, counts: np.ndarray) -> None:
    from matplotlib.colors import PowerNorm

    # The square root makes rare mistakes visible.
    axes.imshow(shares, cmap="Blues", norm=PowerNorm(0.5, vmin=0, vmax=1))
    crowded = len(counts) > MAX_NUMBERED
    for row, column in zip(*np.nonzero(counts), strict=True):
        if crowded and row == column:
            continue
        color = "white" if shares[row, column] > 0.3 else "black"
        text, size = f"{counts[row, column]:,}", 6 if crowded else 8
        axes.text(column, row, text, ha="center", va="center", fontsize=size, color=color)
    edges = np.arange(len(counts) + 1) - 0.5
    axes.set_xticks(edges, minor=True)
    axes.set_yticks(edges, minor=True)
    axes.grid(which="minor", color="0.9", linewidth=0.4)
    axes.tick_params(which="minor", length=0)


def _label_axes(axes: Any, names: Sequence[str]) -> None:
    size = 7 if len(names) > MAX_NUMBERED else 9
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=size)
    axes.set_yticks(range(len(names)), names, fontsize=size)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")


def _tick(name: str, index: int, fonts: Sequence[str]) -> str:
    """A label's name, shortened; its number where no font has all characters."""
    if not _is_drawable(name, fonts):
        return f"label {index + 1}"
    escaped = name.replace("$", r"\$")  # Matplotlib reads a pair of dollars as a formula.
    return escaped if len(escaped) <= MAX_NAME else escaped[: MAX_NAME - 1] + "…"


def _installed_fonts() -> list[str]:
    """The font of matplotlib, and the Chinese fonts of this machine."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return [LATIN_FONT, *(name for name in CJK_FONTS if name in installed)]


def _is_drawable(name: str, fonts: Sequence[str]) -> bool:
    """Whether each character is in one of the fonts."""
    from matplotlib.font_manager import fontManager, get_font

    opened = [get_font(fontManager.findfont(font)) for font in fonts]
    return all(any(font.get_char_index(ord(char)) for font in opened) for char in name)
