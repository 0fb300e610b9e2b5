"""Cards ranked by the meaning of a few words: FAISS over MiniLM embeddings."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainzoo.catalog.card import ModelCard
from chainzoo.errors import FetchError
from chainzoo.home import Home

if TYPE_CHECKING:
    import numpy as np

ENCODER = "minilm-l6"


def rank(query: str, cards: Sequence[ModelCard], home: Home) -> list[ModelCard]:
    """``cards``, the nearest in meaning to ``query`` first.

    Without the embedding model (not fetched and not to be had), the words shared decide, and a
    warning says so.
    """
    if not cards:
        return []
    try:
        folder = _encoder(home)
    except FetchError as error:
        warnings.warn(f"Ranked by shared words only: {error}", stacklevel=2)
        return _by_words(query, cards)
    import faiss

    vectors = _cached([card.summary() for card in cards], folder, home)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    _, order = index.search(embed([query], folder), len(cards))
    return [cards[int(at)] for at in order[0]]


def embed(texts: Sequence[str], folder: Path) -> np.ndarray[Any, Any]:
    """Mean-pooled embeddings of length 1, shape (texts, dimensions), float32."""
    import numpy as np
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, dtype=torch.float32, use_safetensors=True).eval()
    rows = []
    with torch.inference_mode():
        for start in range(0, len(texts), 32):
            batch = tokenizer(
                list(texts[start : start + 32]), padding=True, truncation=True, return_tensors="pt"
            )
            hidden = model(**batch).last_hidden_state
            mask = batch["attention_mask"].unsqueeze(-1)
            pooled = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
            rows.append(torch.nn.functional.normalize(pooled).numpy())
    return np.concatenate(rows)


def _encoder(home: Home) -> Path:
    from chainzoo.catalog.catalog import Catalog
    from chainzoo.catalog.fetch import fetch

    return fetch(Catalog.load(home).get(ENCODER), home)


def _cached(texts: Sequence[str], folder: Path, home: Home) -> np.ndarray[Any, Any]:
    """Embeddings of the cards' texts, computed once for each set of them."""
    import numpy as np

    key = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
    path = home.cache / f"cards-{key}.npy"
    if path.exists():
        return np.asarray(np.load(path, allow_pickle=False))
    vectors = embed(texts, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    with beside.open("wb") as file:
        np.save(file, vectors)
    os.replace(beside, path)
    return vectors


def _by_words(query: str, cards: Sequence[ModelCard]) -> list[ModelCard]:
    wanted = set(query.lower().split())
    return sorted(cards, key=lambda card: -len(wanted & set(card.summary().lower().split())))
