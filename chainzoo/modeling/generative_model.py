"""A network around a language model that generates text: its loss on the true texts."""

from __future__ import annotations

import copy
from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from chainzoo.modeling.features import IGNORED
from chainzoo.modeling.settings import ModelSettings


class GenerativeModel(nn.Module):
    """An encoder-decoder (T5, BART, Marian) or a decoder-only model, with the same interface.

    ``encoder`` is the whole language model. ``head`` is its output layer, untied from the
    embeddings, if the head alone is trained, else the identity.
    """

    def __init__(self, model: Any, settings: ModelSettings) -> None:
        super().__init__()
        self.encoder = model
        self.label_smoothing = settings.label_smoothing
        self.is_seq2seq = bool(model.config.is_encoder_decoder)
        self.head: nn.Module = nn.Identity()
        if settings.method == "head":
            self.head = copy.deepcopy(model.get_output_embeddings())
            model.config.tie_word_embeddings = False
            model.set_output_embeddings(self.head)

    def forward(
        self,
        input_ids: Tensor,
        labels: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """The loss of a batch, and the likelihood of each row.

        ``loss`` is the mean over the tokens with a target; ``nll`` is their summed negative
        log-likelihood in nats in each row, and ``tokens`` their number.
        """
        if self.is_seq2seq:
            output = self.encoder(
                input_ids=input_ids, attention_mask=attention_mask, labels=labels, use_cache=False
            )
            return self._losses(output.logits, labels)
        targets = labels[:, 1:]
        # Logits over the whole vocabulary cost more than the model: compute those with a target.
        kept = (targets != IGNORED).any(dim=0).nonzero().squeeze(1)
        positions = {} if position_ids is None else {"position_ids": position_ids}
        output = self.encoder(
            input_ids=input_ids,
            attention_mask=attention_mask,
            logits_to_keep=kept,
            use_cache=False,
            **positions,
        )
        return self._losses(output.logits, targets[:, kept])

    def _losses(self, logits: Tensor, targets: Tensor) -> dict[str, Tensor]:
        rows, width = targets.shape
        flat_logits, flat_targets = logits.float().reshape(rows * width, -1), targets.reshape(-1)
        by_token = functional.cross_entropy(
            flat_logits, flat_targets, reduction="none", ignore_index=IGNORED
        )
        tokens = (targets != IGNORED).sum(dim=1)
        nll = by_token.view(rows, width).sum(dim=1)
        if self.training and self.label_smoothing:
            loss = functional.cross_entropy(
                flat_logits,
                flat_targets,
                ignore_index=IGNORED,
                label_smoothing=self.label_smoothing,
            )
        else:
            loss = nll.sum() / tokens.sum().clamp(min=1)
        return {"loss": loss, "nll": nll.detach(), "tokens": tokens}
