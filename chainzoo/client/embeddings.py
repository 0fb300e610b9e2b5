"""A server's encoder as LangChain ``Embeddings``."""

from __future__ import annotations

import base64

import numpy as np
from langchain_core.embeddings import Embeddings

from chainzoo.client.transport import Transport


class RemoteEmbeddings(Embeddings):
    """Vectors of length 1, sent as 32-bit floats."""

    def __init__(self, transport: Transport, model: str) -> None:
        self.transport = transport
        self.model = model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text, in their order."""
        if not texts:
            return []
        body = {"model": self.model, "input": texts, "encoding_format": "base64"}
        rows = self.transport.post("/v1/embeddings", body)["data"]
        return [
            np.frombuffer(base64.b64decode(row["embedding"]), "<f4").astype(float).tolist()
            for row in sorted(rows, key=lambda row: int(row["index"]))
        ]

    def embed_query(self, text: str) -> list[float]:
        """The vector of one text."""
        return self.embed_documents([text])[0]
