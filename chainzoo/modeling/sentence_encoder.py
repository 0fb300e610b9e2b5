"""A network that turns texts into vectors of length 1, and learns from pairs of texts."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from chainzoo.modeling.contrastive import cosent_loss, ranking_loss
from chainzoo.modeling.pooling import pool
from chainzoo.modeling.settings import ModelSettings


class SentenceEncoder(nn.Module):
    """An encoder and pooling. ``head`` is a linear map if it alone is trained, else the identity.

    A batch has one row of tokens a text. ``parts`` of shape (examples, n) names, for each example,
    the rows of its text, of the similar text, and of texts that are not similar; -1 is none.
    """

    def __init__(self, encoder: Any, settings: ModelSettings) -> None:
        super().__init__()
        self.encoder = encoder
        self.settings = settings
        self.head: nn.Module = nn.Identity()
        if settings.method == "head":
            self.head = _identity_map(encoder.config.hidden_size)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
        parts: Tensor | None = None,
        same: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Embed rows, and compute the loss when there are labels or ``same``.

        ``logits`` are the vectors: of shape (rows, dimensions), or with ``parts`` of shape
        (examples, n, dimensions) with zeros where there is no text.

        ``labels`` are the scores of the pairs; ``same``, of shape (rows, rows), is true where two
        rows hold the same text. The loss is CoSENT for scored pairs (the problem
        ``similarity``), else the multiple negatives ranking loss.
        """
        types = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, **types
        ).last_hidden_state
        pooled = pool(hidden, attention_mask, self.settings.pooling)
        weight = getattr(self.head, "weight", None)
        if weight is not None:
            pooled = self.head(pooled.to(weight.dtype))
        vectors = normalize(pooled.float())
        if parts is None:
            return {"logits": vectors}
        logits = vectors[parts.clamp(min=0)] * (parts >= 0).unsqueeze(-1)
        if labels is None or same is None:
            return {"logits": logits}
        return {"loss": self._loss(vectors, labels, parts, same), "logits": logits}

    def _loss(self, vectors: Tensor, labels: Tensor, parts: Tensor, same: Tensor) -> Tensor:
        anchors, positives, negatives = parts[:, 0], parts[:, 1], parts[:, 2:]
        if self.settings.labels.problem == "similarity":
            cosines = (vectors[anchors] * vectors[positives]).sum(-1)
            return cosent_loss(cosines, labels.to(cosines.dtype))
        candidates = torch.cat([positives, negatives[negatives >= 0]])
        excluded = same[positives][:, candidates] | same[anchors][:, candidates]
        return ranking_loss(vectors[anchors], vectors[candidates], excluded)


def _identity_map(size: int) -> nn.Linear:
    """A linear layer that changes nothing before it is trained."""
    layer = nn.Linear(size, size)
    with torch.no_grad():
        layer.weight.copy_(torch.eye(size))
        layer.bias.zero_()
    return layer
