"""The confusion matrix as a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chainzoo.evaluation.plots import plot_confusion


@pytest.mark.parametrize(
    "names", [("好评", "差评", "$x$"), tuple(f"label_{n}" for n in range(150))]
)
def test_a_confusion_matrix_is_drawn_with_any_names(names: tuple[str, ...], tmp_path: Path) -> None:
    matrix = np.eye(len(names), dtype=int) * 9
    matrix[0, 1] = 3
    plot_confusion(names, matrix, tmp_path / "confusion.png")
    assert (tmp_path / "confusion.png").read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in tmp_path.iterdir()] == ["confusion.png"]
