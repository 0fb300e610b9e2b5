"""Any encoder of the catalog as LangChain ``Embeddings``."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path

from langchain_core.embeddings import Embeddings

from chainzoo.errors import RegistryError
from chainzoo.home import Home
from chainzoo.inference.predictor import Predictor
from chainzoo.modeling.pooling import Pooling
from chainzoo.modeling.references import resolve
from chainzoo.modeling.text_encoder import open_text_encoder
from chainzoo.tasks import get_task


class ZooEmbeddings(Embeddings):
    """Vectors of length 1 from a card's encoder, pooled as the card says, or from a tuned one.

    A card goes before a tuned model of the same name, unless a version or an alias is given.
    ``home`` is ``CHAINZOO_HOME`` or ``~/.chainzoo`` by default.

    Raises:
        UnknownReferenceError: ``model`` is neither. FetchError: the weights cannot be had.
        RegistryError: the tuned model does not embed.
    """

    def __init__(self, model: str = "minilm-l6", home: str | Path | Home | None = None) -> None:
        self.model = model
        reference = resolve(Home.resolve(home), model)
        record = reference.record
        if record is not None and not get_task(record.task).embeds:
            raise RegistryError(
                f"{reference.ref} was tuned for {record.task}, not for embeddings.",
                remedy="Make one with `chainzoo embed FILE`.",
            )
        folders = reference.fetch()
        self._encode: Callable[[list[str]], list[list[float]]]
        if record is None:
            self._encode = partial(_encode, folders.folder, reference.pooling)
        else:
            self._encode = partial(_predict, folders.folder, folders.base)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text, in their order."""
        return self._encode(texts) if texts else []

    def embed_query(self, text: str) -> list[float]:
        """The vector of one text."""
        return self.embed_documents([text])[0]


def _encode(folder: Path, pooling: Pooling, texts: list[str]) -> list[list[float]]:
    """Vectors of the encoder of a card."""
    vectors: list[list[float]] = open_text_encoder(folder, pooling).encode(texts).tolist()
    return vectors


def _predict(folder: Path, base: Path | None, texts: list[str]) -> list[list[float]]:
    """Vectors of a tuned encoder."""
    predictions = _open_predictor(folder, base).predict(texts)
    return [list(prediction.vector) for prediction in predictions]


@lru_cache(maxsize=2)
def _open_predictor(folder: Path, base: Path | None) -> Predictor:
    return Predictor.load(folder, base, precision="float32")
