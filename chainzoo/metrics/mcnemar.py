"""McNemar's test: do two models get different rows right?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MAX_EXACT = 25  # Discordant rows up to which the exact binomial test is used.


@dataclass(frozen=True, slots=True)
class McNemar:
    """The 2 x 2 table of right and wrong rows of two models, and the two-sided p-value ``p``.

    ``both`` and ``neither`` count the rows that both models or neither has right; ``first_only``
    and ``second_only`` the rows that one model alone has right.
    """

    both: int
    first_only: int
    second_only: int
    neither: int
    p: float


def mcnemar(first: np.ndarray, second: np.ndarray) -> McNemar:
    """Test whether two models have the same share of rows right.

    ``first`` and ``second`` are boolean arrays of shape (rows,): whether each model has each row
    right. The test is McNemar's (Psychometrika 12, 1947): up to 25 discordant rows the exact
    binomial test, above them chi-square with the continuity correction of Edwards (Psychometrika
    13, 1948).
    """
    from scipy.stats import binomtest, chi2

    first_only, second_only = int((first & ~second).sum()), int((~first & second).sum())
    discordant = first_only + second_only
    if discordant == 0:
        p = 1.0
    elif discordant <= MAX_EXACT:
        p = float(binomtest(first_only, discordant).pvalue)
    else:
        p = float(chi2.sf((abs(first_only - second_only) - 1) ** 2 / discordant, 1))
    return McNemar(
        both=int((first & second).sum()),
        first_only=first_only,
        second_only=second_only,
        neither=int((~first & ~second).sum()),
        p=p,
    )
