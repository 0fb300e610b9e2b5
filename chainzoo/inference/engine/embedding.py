"""Embeddings as a task of the engine: a vector of length 1 for each text, from the base alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor, nn

from chainzoo.data.examples import TextExample
from chainzoo.modeling.loading import load_tokenizer
from chainzoo.modeling.pooling import Pooling, embed
from chainzoo.modeling.settings import Feature, LabelSpace, ModelSettings
from chainzoo.tasks.base import TaskBase, read_text


class EmbeddingTask(TaskBase):
    """Longer texts are truncated, as one vector is of one window."""

    name = "sentence-similarity"

    def load_processor(self, folder: Path) -> Any:
        """The tokenizer as it is."""
        return load_tokenizer(folder)

    def parse_input(self, value: Any) -> TextExample:
        """A text."""
        return TextExample(read_text(value))

    def encode(
        self,
        examples: Sequence[TextExample],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        """One window a text."""
        texts = [example.text for example in examples]
        ids = tokenizer(texts, truncation=True, max_length=max_length)["input_ids"]
        return [Feature(tuple(row), index) for index, row in enumerate(ids)]

    def build_network(self, encoder: Any, settings: ModelSettings) -> Any:
        """Pooling without a head."""
        return PooledEncoder(encoder, settings.pooling)

    def decode(
        self,
        logits: Sequence[np.ndarray],
        features: Sequence[Feature],
        examples: Sequence[TextExample],
        labels: LabelSpace,
    ) -> list[list[float]]:
        """The vectors as lists of numbers."""
        return [row.tolist() for row in logits]


class PooledEncoder(nn.Module):
    """An encoder whose output is one vector of length 1 for each text."""

    def __init__(self, encoder: Any, pooling: Pooling) -> None:
        super().__init__()
        self.encoder = encoder
        self.pooling: Pooling = pooling

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> dict[str, Tensor]:
        """``logits`` are the vectors, of shape (rows, hidden size)."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return {"logits": embed(hidden, attention_mask, self.pooling)}


EMBEDDING = EmbeddingTask()
