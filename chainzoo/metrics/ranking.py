"""Metrics of a ranking of items by predicted scores: nDCG, reciprocal rank, AUC."""

from __future__ import annotations

import numpy as np

NDCG_DEPTH = 10


def ranking_order(predicted: np.ndarray) -> np.ndarray:
    """Positions of the items, the best first; ties are broken by a fixed shuffle, not by input order."""
    shuffled = np.random.default_rng(0).permutation(len(predicted))
    order: np.ndarray = shuffled[np.argsort(-predicted[shuffled], kind="stable")]
    return order


def ndcg(gains: np.ndarray, predicted: np.ndarray, depth: int = NDCG_DEPTH) -> float:
    """Normalized discounted cumulative gain of the first ``depth`` items.

    Järvelin and Kekäläinen, ACM TOIS 20, 2002. At least one gain is positive.
    """
    discounts = 1 / np.log2(np.arange(2, min(len(gains), depth) + 2))
    reached = float((gains[ranking_order(predicted)][:depth] * discounts).sum())
    ideal = float((np.sort(gains)[::-1][:depth] * discounts).sum())
    return reached / ideal


def reciprocal_rank(truth: np.ndarray, predicted: np.ndarray) -> float:
    """1 divided by the rank of the first item with the highest true score."""
    ranked = truth[ranking_order(predicted)]
    return 1.0 / (1 + int(np.argmax(ranked == truth.max())))


def pairwise_auc(truth: np.ndarray, predicted: np.ndarray) -> float | None:
    """The share of pairs with different true scores that are in the right order; ties count half.

    ``None`` where all true scores are equal.
    """
    better = truth[:, None] > truth[None, :]
    if not better.any():
        return None
    ordered = (predicted[:, None] > predicted[None, :]) + 0.5 * (
        predicted[:, None] == predicted[None, :]
    )
    return float(ordered[better].mean())
