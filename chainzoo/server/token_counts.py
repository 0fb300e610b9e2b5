"""Count tokens for the ``usage`` of a response, as the model's own tokenizer splits its texts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from chainzoo.modeling.loading import load_tokenizer


def count_tokens(folder: Path, texts: Sequence[str]) -> int:
    """The number of tokens of all texts, special tokens included, by the tokenizer in a folder."""
    if not texts:
        return 0
    return sum(map(len, _tokenizer(folder)(list(texts))["input_ids"]))


@lru_cache(maxsize=64)
def _tokenizer(folder: Path) -> Any:
    return load_tokenizer(folder)
