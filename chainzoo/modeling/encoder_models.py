"""A pretrained encoder with a linear head, for tasks on whole texts and on tokens."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from chainzoo.modeling.pooling import mean_pool, pool
from chainzoo.modeling.settings import ModelSettings


class EncoderWithHead(nn.Module):
    """``encoder`` gives a vector a token; ``head`` turns each, or their pooled one, into logits."""

    class_weights: Tensor | None

    def __init__(self, encoder: Any, settings: ModelSettings, parts: int = 1) -> None:
        """``parts`` vectors, one beside the other, are what the head gets of a row."""
        super().__init__()
        self.encoder = encoder
        self.settings = settings
        self.dropout = nn.Dropout(settings.dropout)
        self.head = nn.Linear(parts * encoder.config.hidden_size, len(settings.labels.names))
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
        **marks: Tensor,
    ) -> dict[str, Tensor]:
        """Logits of shape (rows, labels), or (rows, tokens, labels); and the loss, given labels.

        ``marks`` are what a task's ``collate`` adds for its own ``vectors``.
        """
        more = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, **more
        ).last_hidden_state
        hidden = self.vectors(hidden, attention_mask, **marks)
        logits = self.head(self.dropout(hidden.to(self.head.weight.dtype)))
        if labels is None:
            return {"logits": logits}
        return {"loss": self.loss(logits.float(), labels), "logits": logits}

    def vectors(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """What the head gets: the tokens' vectors, or their pooled one."""
        if self.settings.labels.problem in ("tokens", "span"):
            return hidden
        return self.pool(hidden, mask)

    def pool(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """One vector a row, of shape (rows, hidden size)."""
        return pool(hidden, mask, self.settings.pooling)

    def loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Cross entropy; of each label by itself where any number of them may apply."""
        weights, smoothing = self.class_weights, self.settings.label_smoothing
        if self.settings.labels.problem == "multi":
            target = labels.float() * (1 - smoothing) + smoothing / 2
            return functional.binary_cross_entropy_with_logits(logits, target, pos_weight=weights)
        return functional.cross_entropy(
            logits.flatten(0, -2), labels.flatten(), weight=weights, label_smoothing=smoothing
        )


class EntityPairModel(EncoderWithHead):
    """For relations: the head gets the vectors of both arguments and of the whole text.

    The vectors of the marks before the arguments, as in arXiv:1906.03158, and the mean of each
    argument's own tokens, as in arXiv:1905.08284.
    """

    def __init__(self, encoder: Any, settings: ModelSettings) -> None:
        super().__init__(encoder, settings, parts=5)

    def vectors(self, hidden: Tensor, mask: Tensor, **marks: Tensor) -> Tensor:
        """``first`` and ``second`` are masks of the arguments' tokens, with the mark as the first."""
        rows = torch.arange(len(hidden), device=hidden.device)
        found = [self.pool(hidden, mask)]
        for name in ("first", "second"):
            begun = marks[name].long().argmax(dim=1)
            inner = marks[name].clone()
            inner[rows, begun] = 0
            found += [hidden[rows, begun], mean_pool(hidden, inner)]
        return torch.cat(found, dim=-1)


class SpanModel(EncoderWithHead):
    """For answers: two logits a token, of beginning and of ending an answer there."""

    def vectors(self, hidden: Tensor, mask: Tensor, **marks: Tensor) -> Tensor:
        """The tokens' own; where an answer cannot be is remembered for the loss."""
        self._allowed = marks["allowed"]
        return hidden

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        labels: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        **marks: Tensor,
    ) -> dict[str, Tensor]:
        """Logits of shape (rows, tokens, 2); the loss is the mean of both positions' losses."""
        found = super().forward(input_ids, attention_mask, None, token_type_ids, **marks)
        logits = found["logits"]
        logits = logits.masked_fill(~self._allowed.bool().unsqueeze(-1), -1e4)
        if labels is None:
            return {"logits": logits}
        loss = functional.cross_entropy(
            logits.float(), labels, label_smoothing=self.settings.label_smoothing
        )
        return {"loss": loss, "logits": logits}


class Regression(EncoderWithHead):
    """For scores: one number a row, learnt as a probability where all are, else by least squares."""

    def loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Binary cross entropy between 0 and 1, mean squared error otherwise."""
        numbers = logits.squeeze(-1)
        if self.settings.labels.names == ("probability",):
            return functional.binary_cross_entropy_with_logits(numbers, labels.float())
        return functional.mse_loss(numbers, labels.float())
