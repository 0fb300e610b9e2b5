"""Any encoder of the catalog as LangChain ``Embeddings``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from langchain_core.embeddings import Embeddings

from chainzoo.catalog import Catalog, fetch
from chainzoo.errors import RegistryError, UnknownModelError
from chainzoo.home import Home

BATCH_TOKENS = 4096


class ZooEmbeddings(Embeddings):
    """Vectors of length 1 from a card's encoder, pooled as the card says, or from a tuned one.

    A card goes before a tuned model of the same name, unless its version or alias is told.

    Raises:
        UnknownCardError: it is neither. FetchError: the weights cannot be had.
        RegistryError: the tuned model is one of another task.
    """

    def __init__(self, model: str = "minilm-l6", home: str | Path | Home | None = None) -> None:
        if not isinstance(home, Home):
            home = Home(Path(home).expanduser().absolute()) if home else Home.default()
        self.model = model
        self._folder, self._pooling = _tuned(model, home) or _card(model, home)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text, in their order."""
        return _embed(texts, *_load(self._folder), self._pooling) if texts else []

    def embed_query(self, text: str) -> list[float]:
        """The vector of one text."""
        return self.embed_documents([text])[0]


Pooling = Literal["mean", "cls"]


def _card(model: str, home: Home) -> tuple[Path, Pooling]:
    card = Catalog.load(home).get(model)
    return fetch(card, home), card.pooling or "mean"


def _tuned(model: str, home: Home) -> tuple[Path, Pooling] | None:
    """Folder and pooling of a tuned encoder; ``None`` where no tuned model is called so."""
    from chainzoo.registry import Registry

    is_card = "@" not in model and any(card.id == model for card in Catalog.load(home))
    if is_card or not home.root.is_dir():
        return None
    registry = Registry(home)
    try:
        record = registry.get(model)
    except (UnknownModelError, RegistryError):
        return None
    if record.task != "sentence-similarity":
        raise RegistryError(
            f"{record.ref} was tuned for {record.task}, not for embeddings.",
            remedy="Make one with `chainzoo embed FILE`.",
        )
    pooling: Pooling = "cls" if record.lineage.recipe.get("pooling") == "cls" else "mean"
    return registry.path(record), pooling


@lru_cache(maxsize=2)
def _load(folder: Path) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModel, AutoTokenizer

    from chainzoo.tuning.precision import device

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
    return tokenizer, model.to(device()).eval()


def _embed(
    texts: list[str], tokenizer: Any, model: Any, pooling: Literal["mean", "cls"]
) -> list[list[float]]:
    import torch
    from torch.nn.functional import normalize

    from chainzoo.tuning.batches import sorted_batches

    longest = min(int(model.config.max_position_embeddings), 512)
    ids = tokenizer(texts, truncation=True, max_length=longest)["input_ids"]
    rows: list[list[float]] = [[] for _ in texts]
    with torch.inference_mode():
        for batch in sorted_batches([len(row) for row in ids], BATCH_TOKENS):
            inputs = tokenizer.pad({"input_ids": [ids[at] for at in batch]}, return_tensors="pt")
            inputs = inputs.to(model.device)
            hidden = model(**inputs).last_hidden_state
            mask = inputs["attention_mask"].unsqueeze(-1)
            mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
            pooled = hidden[:, 0] if pooling == "cls" else mean
            for at, vector in zip(batch, normalize(pooled).tolist(), strict=True):
                rows[at] = vector
    return rows
