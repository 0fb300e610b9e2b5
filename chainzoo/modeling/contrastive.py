"""Contrastive losses on vectors of length 1."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

SCALE = 20.0  # Inverse temperature of cosines, as in sentence-transformers.


def ranking_loss(anchors: Tensor, candidates: Tensor, excluded: Tensor) -> Tensor:
    """Multiple negatives ranking loss (arXiv:1705.00652).

    The candidate of an anchor's own row is to be nearer to it than all other candidates.

    Args:
        anchors: shape (rows, dimensions).
        candidates: shape (rows + negatives, dimensions); row i is the positive of anchor i, and
            the rest are hard negatives.
        excluded: shape (rows, rows + negatives); true where a candidate is no negative of an
            anchor, because the texts are the same.
    """
    logits = SCALE * anchors @ candidates.T
    targets = torch.arange(len(anchors), device=anchors.device)
    excluded = excluded.clone()
    excluded[targets, targets] = False
    return functional.cross_entropy(logits.masked_fill(excluded, -torch.inf), targets)


def cosent_loss(cosines: Tensor, scores: Tensor) -> Tensor:
    """CoSENT loss (Su 2022, https://kexue.fm/archives/8847): pairs are to be ordered by score.

    Only the order of the scores counts, so that they may have any scale. Both have shape (pairs,).
    """
    differences = SCALE * (cosines[:, None] - cosines[None, :])
    wrong = differences.masked_fill(~(scores[:, None] < scores[None, :]), -torch.inf)
    zero = torch.zeros(1, dtype=cosines.dtype, device=cosines.device)
    return torch.logsumexp(torch.cat([zero, wrong.flatten()]), dim=0)
