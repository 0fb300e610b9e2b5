"""Any encoder of the catalog as LangChain ``Embeddings``."""

from __future__ import annotations

from pathlib import Path

from langchain_core.embeddings import Embeddings

from chainzoo.errors import RegistryError
from chainzoo.home import Home
from chainzoo.modeling.references import resolve
from chainzoo.modeling.text_encoder import open_text_encoder

TASK = "sentence-similarity"


class ZooEmbeddings(Embeddings):
    """Vectors of length 1 from a card's encoder, pooled as the card says, or from a tuned one.

    A card goes before a tuned model of the same name, unless its version or alias is given.

    Raises:
        UnknownReferenceError: it is neither. FetchError: the weights cannot be had.
        RegistryError: the tuned model is one of another task.
    """

    def __init__(self, model: str = "minilm-l6", home: str | Path | Home | None = None) -> None:
        home = Home.resolve(home)
        self.model = model
        reference = resolve(home, model)
        if reference.record is not None and reference.record.task != TASK:
            raise RegistryError(
                f"{reference.ref} was tuned for {reference.record.task}, not for embeddings.",
                remedy="Make one with `chainzoo embed FILE`.",
            )
        self._folder, self._pooling = reference.fetch().folder, reference.pooling

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text, in their order."""
        if not texts:
            return []
        vectors: list[list[float]] = (
            open_text_encoder(self._folder, self._pooling).encode(texts).tolist()
        )
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector of one text."""
        return self.embed_documents([text])[0]
