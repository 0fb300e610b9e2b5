"""Precision, recall and F1 of labels, and their table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from chainzoo.metrics.tables import ReportTable

HEADER = ("label", "precision", "recall", "f1-score", "support")


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """``numerator / denominator``, and 0 where the denominator is 0."""
    out: np.ndarray = np.zeros(np.shape(numerator), dtype=float)
    np.divide(numerator, denominator, out=out, where=denominator > 0)
    return out


def f1_scores(counts: np.ndarray, prefix: str = "") -> dict[str, np.ndarray]:
    """Micro, macro and weighted F1, and micro precision and recall.

    ``counts`` has shape (..., 3 k): the correct, the predicted and the true labels of each of k
    kinds. Macro and weighted averages are over the labels that are predicted or true at least once.
    """
    correct, predicted, true = (part.astype(float) for part in np.split(counts, 3, axis=-1))
    each = ratio(2 * correct, predicted + true)
    occurs = (predicted + true) > 0
    total = [part.sum(axis=-1) for part in (correct, predicted, true)]
    return {
        f"{prefix}micro_f1": ratio(2 * total[0], total[1] + total[2]),
        f"{prefix}micro_precision": ratio(total[0], total[1]),
        f"{prefix}micro_recall": ratio(total[0], total[2]),
        f"{prefix}macro_f1": ratio(each.sum(axis=-1), occurs.sum(axis=-1)),
        f"{prefix}weighted_f1": ratio((each * true).sum(axis=-1), total[2]),
    }


def per_label_table(title: str, names: Sequence[str], counts: np.ndarray) -> ReportTable:
    """A table with precision, recall, F1 and support of each label, and three averages.

    ``counts`` has shape (3 k,): the correct, the predicted and the true labels of each name.
    """
    correct, predicted, true = (part.astype(float) for part in np.split(counts, 3))
    scores = _precision_recall_f1(correct, predicted, true)
    occurs = (predicted + true) > 0
    support = int(true.sum())
    averages = {
        "micro avg": _precision_recall_f1(correct.sum(), predicted.sum(), true.sum()),
        "macro avg": scores[:, occurs].mean(axis=1) if occurs.any() else np.zeros(3),
        "weighted avg": (scores * true).sum(axis=1) / max(true.sum(), 1),
    }
    rows = [_row(name, scores[:, at], int(true[at])) for at, name in enumerate(names)]
    rows += [_row(name, average, support) for name, average in averages.items()]
    return ReportTable(title, HEADER, tuple(rows))


def confusion_counts(names: Sequence[str], pairs: Iterable[tuple[str, str]]) -> np.ndarray:
    """A matrix (true, predicted) of how often each pair of ``(true, predicted)`` names occurs."""
    positions = {name: position for position, name in enumerate(names)}
    matrix: np.ndarray = np.zeros((len(names), len(names)), dtype=np.int64)
    for true, predicted in pairs:
        matrix[positions[true], positions[predicted]] += 1
    return matrix


def _precision_recall_f1(
    correct: np.ndarray, predicted: np.ndarray, true: np.ndarray
) -> np.ndarray:
    return np.stack(
        [
            ratio(correct, predicted),
            ratio(correct, true),
            ratio(2 * correct, np.asarray(predicted + true)),
        ]
    )


def _row(name: str, scores: np.ndarray, support: int) -> tuple[str | int | float, ...]:
    return (name, *(round(float(score), 4) for score in scores), support)
