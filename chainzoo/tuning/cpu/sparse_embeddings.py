"""Word embeddings of which only the rows that the training texts use are learnt.

The other rows get no gradient in any case; but an optimizer that holds the whole table clears,
clips, decays and stores them at every step, which for a small encoder costs as much as a layer,
and for a multilingual one (250,000 rows) most of the memory. What is learnt is the same, but that
rows without a use keep their pretrained value instead of decaying.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class UsedEmbeddingRows(nn.Module):
    """An embedding with ``seen`` rows to learn and the rest of the table frozen."""

    row: Tensor

    def __init__(self, table: nn.Embedding, seen: Sequence[int]) -> None:
        super().__init__()
        self.table = table.requires_grad_(False)
        self.seen = torch.tensor(sorted(set(seen)), dtype=torch.long)
        self.weight = nn.Parameter(table.weight.detach()[self.seen].clone())
        row = torch.full((table.num_embeddings,), -1, dtype=torch.long)
        row[self.seen] = torch.arange(len(self.seen))
        self.register_buffer("row", row, persistent=False)

    def forward(self, input_ids: Tensor) -> Tensor:
        """Vectors of shape (rows, tokens, hidden size)."""
        row = self.row[input_ids]
        if self.training:  # Every id is a seen one: they were gathered from the training texts.
            return functional.embedding(row, self.weight)
        learnt = functional.embedding(row.clamp(min=0), self.weight)
        return torch.where((row >= 0).unsqueeze(-1), learnt, self.table(input_ids))

    def merged(self) -> nn.Embedding:
        """The whole table, with what was learnt in its place."""
        with torch.no_grad():
            self.table.weight[self.seen.to(self.table.weight.device)] = self.weight
        return self.table.requires_grad_(True)


def train_used_rows(encoder: Any, input_ids: Iterable[Sequence[int]], pad_id: int) -> None:
    """Let ``encoder`` learn only the embeddings of ``input_ids`` and of the padding.

    An embedding that is more than a plain table (one that scales, say) is left as it is.
    """
    table = encoder.get_input_embeddings()
    if type(table) is nn.Embedding and table.weight.requires_grad:
        seen = {pad_id}.union(*input_ids)
        encoder.set_input_embeddings(UsedEmbeddingRows(table, tuple(seen)))


def merge_used_rows(encoder: Any) -> None:
    """Undo :func:`train_used_rows`, keeping what was learnt."""
    if not any(isinstance(module, UsedEmbeddingRows) for module in encoder.modules()):
        return  # A model of pictures has no such table to ask for.
    embeddings = encoder.get_input_embeddings()
    if isinstance(embeddings, UsedEmbeddingRows):
        encoder.set_input_embeddings(embeddings.merged())
