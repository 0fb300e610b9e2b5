"""McNemar's test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, chi2

from chainzoo.metrics.mcnemar import mcnemar


def outcomes(both: int, first: int, second: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    """Which rows the first and the second model have right."""
    one = np.array([True] * both + [True] * first + [False] * second + [False] * neither)
    other = np.array([True] * both + [False] * first + [True] * second + [False] * neither)
    return one, other


def test_few_discordant_rows_are_tested_exactly() -> None:
    result = mcnemar(*outcomes(50, 8, 2, 5))
    assert (result.both, result.first_only, result.second_only, result.neither) == (50, 8, 2, 5)
    assert result.p == pytest.approx(binomtest(8, 10).pvalue)


def test_many_discordant_rows_are_tested_by_chi_square_with_continuity_correction() -> None:
    result = mcnemar(*outcomes(50, 40, 20, 5))
    assert result.p == pytest.approx(float(chi2.sf((20 - 1) ** 2 / 60, 1)))


def test_the_same_rows_right_give_a_p_value_of_1() -> None:
    first, _ = outcomes(50, 8, 2, 5)
    assert mcnemar(first, first).p == 1.0
