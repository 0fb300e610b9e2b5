"""An encoder that turns texts into vectors of length 1."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.modeling.batches import sorted_batches
from chainzoo.modeling.loading import load_encoder, load_tokenizer
from chainzoo.modeling.pooling import Pooling, embed
from chainzoo.modeling.precision import device

BATCH_TOKENS = 4096
MAX_LENGTH = 512


class TextEncoder:
    """A pretrained encoder with its tokenizer, in float32, on the fastest device."""

    def __init__(self, folder: Path, pooling: Pooling = "mean") -> None:
        self.pooling: Pooling = pooling
        self.tokenizer = load_tokenizer(folder)
        self.model: Any = load_encoder(folder).to(device()).eval()
        self.max_length = min(int(self.model.config.max_position_embeddings), MAX_LENGTH)

    def encode(self, texts: Sequence[str]) -> np.ndarray[Any, Any]:
        """One vector a text, of shape (texts, hidden size), float32; longer texts are truncated."""
        import torch

        vectors = np.zeros((len(texts), self.model.config.hidden_size), dtype=np.float32)
        if not texts:
            return vectors
        options = {"truncation": True, "max_length": self.max_length}
        ids = self.tokenizer(list(texts), **options)["input_ids"]
        with torch.inference_mode():
            for rows in sorted_batches([len(row) for row in ids], BATCH_TOKENS):
                padded = self.tokenizer.pad(
                    {"input_ids": [ids[row] for row in rows]}, return_tensors="pt"
                ).to(self.model.device)
                hidden = self.model(**padded).last_hidden_state
                vectors[rows] = embed(hidden, padded["attention_mask"], self.pooling).cpu().numpy()
        return vectors


@lru_cache(maxsize=2)
def open_text_encoder(folder: Path, pooling: Pooling = "mean") -> TextEncoder:
    """The encoder in ``folder``; the last two that were opened stay in memory.

    Raises:
        ModelLoadError: the folder holds no encoder.
    """
    return TextEncoder(folder, pooling)
