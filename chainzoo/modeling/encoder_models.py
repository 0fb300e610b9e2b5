"""Networks of a pretrained encoder with a linear head: for texts, tokens, spans, relations, scores."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from chainzoo.modeling.pooling import mean_pool, pool
from chainzoo.modeling.settings import ModelSettings

EXCLUDED_LOGIT = -1e4  # Small enough to get no probability, also in bfloat16.


class EncoderWithHead(nn.Module):
    """An encoder, which gives a vector a token, and a linear head.

    The head gets the pooled vector of each row, or each token's vector where the label space is of
    tokens or of spans. Subclasses override ``head_inputs`` or ``loss``.
    """

    class_weights: Tensor | None

    def __init__(self, encoder: Any, settings: ModelSettings, vectors_per_row: int = 1) -> None:
        """``vectors_per_row`` is how many vectors ``head_inputs`` concatenates."""
        super().__init__()
        self.encoder = encoder
        self.settings = settings
        self.dropout = nn.Dropout(settings.dropout)
        width = vectors_per_row * encoder.config.hidden_size
        self.head = nn.Linear(width, len(settings.labels.names))
        weights = settings.class_weights
        self.register_buffer(
            "class_weights", torch.tensor(weights) if weights else None, persistent=False
        )

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        labels: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        **masks: Tensor,
    ) -> dict[str, Tensor]:
        """``logits`` of shape (rows, labels) or (rows, tokens, labels), and with labels ``loss``.

        ``masks`` of shape (rows, tokens) are those that the task's ``collate`` adds.
        """
        logits = self.logits(input_ids, attention_mask, token_type_ids, **masks)
        if labels is None:
            return {"logits": logits}
        return {"loss": self.loss(logits.float(), labels), "logits": logits}

    def logits(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        token_type_ids: Tensor | None,
        **masks: Tensor,
    ) -> Tensor:
        """The output of the head."""
        types = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, **types
        ).last_hidden_state
        inputs = self.head_inputs(hidden, attention_mask, **masks)
        logits: Tensor = self.head(self.dropout(inputs.to(self.head.weight.dtype)))
        return logits

    def head_inputs(self, hidden: Tensor, attention_mask: Tensor, **masks: Tensor) -> Tensor:
        """What the head gets, from ``hidden`` of shape (rows, tokens, hidden size)."""
        if self.settings.labels.problem in ("tokens", "span"):
            return hidden
        return self.pool(hidden, attention_mask)

    def pool(self, hidden: Tensor, attention_mask: Tensor) -> Tensor:
        """One vector a row, of shape (rows, hidden size)."""
        return pool(hidden, attention_mask, self.settings.pooling)

    def loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Cross entropy; for multi-label data, binary cross entropy of each label."""
        weights, smoothing = self.class_weights, self.settings.label_smoothing
        if self.settings.labels.problem == "multi":
            target = labels.float() * (1 - smoothing) + smoothing / 2
            return functional.binary_cross_entropy_with_logits(logits, target, pos_weight=weights)
        return functional.cross_entropy(
            logits.flatten(0, -2), labels.flatten(), weight=weights, label_smoothing=smoothing
        )


class EntityPairModel(EncoderWithHead):
    """Classify the relation of two marked arguments.

    The head gets the pooled text, the vectors of the marks before the arguments (arXiv:1906.03158),
    and the mean of each argument's own tokens (arXiv:1905.08284).
    """

    def __init__(self, encoder: Any, settings: ModelSettings) -> None:
        super().__init__(encoder, settings, vectors_per_row=5)

    def head_inputs(self, hidden: Tensor, attention_mask: Tensor, **masks: Tensor) -> Tensor:
        """Five vectors of each row, concatenated.

        ``masks`` are ``first`` and ``second``: the tokens of an argument, with its mark as the
        first.
        """
        rows = torch.arange(len(hidden), device=hidden.device)
        vectors = [self.pool(hidden, attention_mask)]
        for name in ("first", "second"):
            mark = masks[name].long().argmax(dim=1)
            inner = masks[name].clone()
            inner[rows, mark] = 0
            vectors += [hidden[rows, mark], mean_pool(hidden, inner)]
        return torch.cat(vectors, dim=-1)


class SpanModel(EncoderWithHead):
    """Two logits a token: of an answer that starts there, and of one that ends there."""

    def logits(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        token_type_ids: Tensor | None,
        **masks: Tensor,
    ) -> Tensor:
        """Logits of shape (rows, tokens, 2); tokens where ``allowed`` is 0 get no probability."""
        logits = super().logits(input_ids, attention_mask, token_type_ids)
        return logits.masked_fill(~masks["allowed"].bool().unsqueeze(-1), EXCLUDED_LOGIT)

    def loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The mean cross entropy of the first and the last token of the answer."""
        return functional.cross_entropy(
            logits, labels, label_smoothing=self.settings.label_smoothing
        )


class RegressionModel(EncoderWithHead):
    """One number a row: a probability where all scores are within 0 and 1, else any number."""

    def loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Binary cross entropy of probabilities, mean squared error of other numbers."""
        numbers = logits.squeeze(-1)
        if self.settings.labels.names == ("probability",):
            return functional.binary_cross_entropy_with_logits(numbers, labels.float())
        return functional.mse_loss(numbers, labels.float())
