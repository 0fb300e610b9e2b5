"""Precision, recall and F1 of labels, and their table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chainzoo.metrics.tables import ReportTable


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """``part / whole``, and 0 where there is nothing to divide by."""
    out: np.ndarray = np.zeros(np.shape(part), dtype=float)
    np.divide(part, whole, out=out, where=whole > 0)
    return out


def f1_scores(counts: np.ndarray, prefix: str = "") -> dict[str, np.ndarray]:
    """Micro, macro and weighted F1 (and micro precision and recall).

    ``counts`` has shape (..., 3 k): right, predicted and true for each of k labels. Macro and
    weighted averages are over the labels that occur among the true or the predicted ones.
    """
    right, found, true = (part.astype(float) for part in np.split(counts, 3, axis=-1))
    each = ratio(2 * right, found + true)
    occurs = (found + true) > 0
    total = [part.sum(axis=-1) for part in (right, found, true)]
    return {
        f"{prefix}micro_f1": ratio(2 * total[0], total[1] + total[2]),
        f"{prefix}micro_precision": ratio(total[0], total[1]),
        f"{prefix}micro_recall": ratio(total[0], total[2]),
        f"{prefix}macro_f1": ratio(each.sum(axis=-1), occurs.sum(axis=-1)),
        f"{prefix}weighted_f1": ratio((each * true).sum(axis=-1), total[2]),
    }


def per_label_table(title: str, names: Sequence[str], counts: np.ndarray) -> ReportTable:
    """Precision, recall, F1 and support of each label, then the three averages.

    ``counts`` has shape (3 k,): right, predicted and true for each of the k names.
    """
    right, found, true = (part.astype(float) for part in np.split(counts, 3))
    scores = np.stack([ratio(right, found), ratio(right, true), ratio(2 * right, found + true)])
    occurs = (found + true) > 0
    support = int(true.sum())
    micro = [
        float(ratio(right.sum(), found.sum())),
        float(ratio(right.sum(), true.sum())),
        float(ratio(2 * right.sum(), found.sum() + true.sum())),
    ]
    macro = scores[:, occurs].mean(axis=1) if occurs.any() else np.zeros(3)
    weighted = (scores * true).sum(axis=1) / max(true.sum(), 1)
    rows: list[tuple[str | int | float, ...]] = [
        (name, *(round(float(score), 4) for score in scores[:, at]), int(true[at]))
        for at, name in enumerate(names)
    ]
    for name, average in (("micro avg", micro), ("macro avg", macro), ("weighted avg", weighted)):
        rows.append((name, *(round(float(score), 4) for score in average), support))
    return ReportTable(title, ("label", "precision", "recall", "f1-score", "support"), tuple(rows))
