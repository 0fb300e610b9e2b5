"""Train only those rows of the word embeddings that the training texts use.

The other rows get no gradient in any case. But an optimizer that holds the whole table clears,
clips, decays and stores all rows at each step: as much work as a layer of a small encoder, and most
of the memory of a multilingual one (250,000 rows). The result is the same, except that rows without
a use keep their pretrained values instead of decaying.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class TrainableTokensEmbedding(nn.Module):
    """An embedding whose rows for ``token_ids`` are trained; the rest of the table is frozen."""

    row_of_token: Tensor

    def __init__(self, table: nn.Embedding, token_ids: Iterable[int]) -> None:
        super().__init__()
        self.table = table.requires_grad_(False)
        self.token_ids = torch.tensor(sorted(set(token_ids)), dtype=torch.long)
        self.weight = nn.Parameter(table.weight.detach()[self.token_ids].clone())
        row_of_token = torch.full((table.num_embeddings,), -1, dtype=torch.long)
        row_of_token[self.token_ids] = torch.arange(len(self.token_ids))
        self.register_buffer("row_of_token", row_of_token, persistent=False)

    def forward(self, input_ids: Tensor) -> Tensor:
        """Return the vectors of token ids (rows, tokens): shape (rows, tokens, hidden size)."""
        rows = self.row_of_token[input_ids]
        if self.training:  # Every id has a row: they were collected from the training texts.
            return functional.embedding(rows, self.weight)
        trained = functional.embedding(rows.clamp(min=0), self.weight)
        return torch.where((rows >= 0).unsqueeze(-1), trained, self.table(input_ids))

    def merge(self) -> nn.Embedding:
        """Write the trained rows into the table, and return the table."""
        with torch.no_grad():
            self.table.weight[self.token_ids.to(self.table.weight.device)] = self.weight
        return self.table.requires_grad_(True)


def train_used_tokens(encoder: Any, input_ids: Iterable[Sequence[int]], pad_id: int) -> None:
    """Restrict the training of word embeddings to the tokens in ``input_ids`` and the padding.

    Embeddings that are frozen, or more than a plain table (one that scales, say), stay as they are.
    """
    table = encoder.get_input_embeddings()
    if type(table) is nn.Embedding and table.weight.requires_grad:
        encoder.set_input_embeddings(TrainableTokensEmbedding(table, {pad_id}.union(*input_ids)))


def merge_trained_tokens(encoder: Any) -> None:
    """Undo :func:`train_used_tokens` and keep what was trained."""
    if not any(isinstance(module, TrainableTokensEmbedding) for module in encoder.modules()):
        return  # A vision model cannot be asked for word embeddings.
    embeddings = encoder.get_input_embeddings()
    if isinstance(embeddings, TrainableTokensEmbedding):
        encoder.set_input_embeddings(embeddings.merge())
