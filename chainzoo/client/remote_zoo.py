"""``RemoteZoo``: a server's models and tools as LangChain objects, over HTTP."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Self

from chainzoo.client.transport import Transport

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from chainzoo.client.chat import RemoteChat
    from chainzoo.client.embeddings import RemoteEmbeddings
    from chainzoo.client.llm import RemoteLLM
    from chainzoo.client.predictor import RemotePredictor
    from chainzoo.client.tools import Approve

TOKEN_VARIABLE = "CHAINZOO_TOKEN"


class RemoteZoo:
    """The models of a server, called as if they were local.

    Args:
        url: the server's address, such as ``http://127.0.0.1:8000``.
        token: the server's token; by default that of ``CHAINZOO_TOKEN``.
        timeout: seconds for one answer.
        retries: how often a busy server (429, 503) is asked again, after the time that it asks for.
    """

    def __init__(
        self, url: str, token: str | None = None, *, timeout: float = 120.0, retries: int = 3
    ) -> None:
        self.url = url.rstrip("/").removesuffix("/v1")
        token = token or os.environ.get(TOKEN_VARIABLE)
        self.transport = Transport(self.url, token, timeout, retries)

    def models(self) -> list[dict[str, Any]]:
        """Every model that the server serves, in OpenAI's form."""
        return list(self.transport.get("/v1/models")["data"])

    def predictor(self, ref: str) -> RemotePredictor:
        """A tuned model as a typed Runnable.

        Raises:
            RemoteError: the server has no such model.
        """
        from chainzoo.client.predictor import PREDICT, RemotePredictor

        response = self.transport.post(PREDICT, {"model": ref, "inputs": []})
        return RemotePredictor(self.transport, ref, response["task"])

    def llm(self, ref: str) -> RemoteLLM:
        """A tuned model as a LangChain LLM: text in, text or JSON out."""
        from chainzoo.client.llm import RemoteLLM

        return RemoteLLM(transport=self.transport, model=ref)

    def chat(self, ref: str, **options: Any) -> RemoteChat:
        """A chat model with tools and streams; ``options`` are the fields of ``RemoteChat``."""
        from chainzoo.client.chat import RemoteChat

        return RemoteChat(transport=self.transport, model=ref, **options)

    def embeddings(self, ref: str = "minilm-l6") -> RemoteEmbeddings:
        """An encoder as LangChain ``Embeddings``."""
        from chainzoo.client.embeddings import RemoteEmbeddings

        return RemoteEmbeddings(self.transport, ref)

    def tools(self, approve: Approve | None = None) -> list[BaseTool]:
        """The fifteen tools of ChainZoo; they run on the server.

        ``approve`` is called with a tool's name and its plan where a person must agree; without it
        such a call does nothing and says so.
        """
        from chainzoo.client.tools import remote_tool

        descriptions = self.transport.get("/v1/tools")["tools"]
        return [remote_tool(self.transport, each, approve) for each in descriptions]

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
