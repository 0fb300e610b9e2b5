"""Collections of documents in a home: each a vector store that remembers its encoder."""

from __future__ import annotations

import json

from chainzoo import atomic
from chainzoo.home import Home
from chainzoo.langchain.embeddings import ZooEmbeddings
from chainzoo.langchain.vector_store import ZooVectorStore
from chainzoo.registry.names import check_name

DEFAULT_COLLECTION = "documents"
DEFAULT_ENCODER = "minilm-l6"


def open_collection(
    home: Home, name: str = DEFAULT_COLLECTION, model: str = DEFAULT_ENCODER
) -> ZooVectorStore:
    """The vector store of a collection, with the encoder that it was made with.

    ``model`` is the encoder of a new collection.

    Raises:
        RegistryError: the name is not valid.
    """
    folder = home.root / "collections" / check_name(name, "collection")
    settings = folder / "collection.json"
    if settings.exists():
        model = str(json.loads(settings.read_text(encoding="utf-8"))["model"])
    store = ZooVectorStore(ZooEmbeddings(model, home), folder)
    if not settings.exists():
        atomic.write_text(settings, json.dumps({"model": model}))
    return store
