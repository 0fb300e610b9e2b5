"""``RemoteZoo``: predictors, LLMs, chat models, embeddings and tools of a server, over HTTP."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import httpx
from langchain_core.embeddings import Embeddings

from chainzoo.errors import InvalidInputsError, NoServerError, PredictionError, RemoteError
from chainzoo.inference.runnable import TaskPredictor
from chainzoo.tasks.predictions import (
    AnswerPrediction,
    Entity,
    RankingPrediction,
    RelationPrediction,
    TextOutput,
    TextPrediction,
    TokenPrediction,
)

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from chainzoo.client.models import RemoteChat, RemoteLLM

TOKEN_VARIABLE = "CHAINZOO_TOKEN"
DETAILS = ("plan", "confirm", "input_errors")
Approve = Callable[[str, str], bool]

# What tells one kind of prediction from the others in JSON, the most telling first.
KINDS: tuple[tuple[str, type[Any]], ...] = (
    ("entities", TokenPrediction),
    ("relation", RelationPrediction),
    ("no_answer", AnswerPrediction),
    ("labels", TextPrediction),
    ("text", TextOutput),
    ("score", RankingPrediction),
)


class RemoteZoo:
    """A server's models as if they were here.

    Args:
        url: the server's address, such as ``http://127.0.0.1:8000``.
        token: what it wants to be sent; else that of ``CHAINZOO_TOKEN``.
        timeout: seconds for one answer.
        retries: how often a busy server (429, 503) is asked again, as late as it says.
    """

    def __init__(
        self, url: str, token: str | None = None, *, timeout: float = 120.0, retries: int = 3
    ) -> None:
        self.url = url.rstrip("/").removesuffix("/v1")
        self.wire = Transport(self.url, token or os.environ.get(TOKEN_VARIABLE), timeout, retries)

    def models(self) -> list[dict[str, Any]]:
        """Everything that can be called there."""
        return list(self.wire.get("/v1/models")["data"])

    def predictor(self, ref: str) -> RemotePredictor:
        """A tuned model as a typed Runnable.

        Raises:
            RemoteError: there is none of that name.
        """
        found = self.wire.post("/v1/predict", {"model": ref, "inputs": []})
        return RemotePredictor(self.wire, ref, found["task"])

    def llm(self, ref: str) -> RemoteLLM:
        """A tuned model as a LangChain LLM: text in, text or JSON out."""
        from chainzoo.client.models import RemoteLLM

        return RemoteLLM(wire=self.wire, model=ref)

    def chat(self, ref: str, **options: Any) -> RemoteChat:
        """A chat model, with tools and streams."""
        from chainzoo.client.models import RemoteChat

        return RemoteChat(wire=self.wire, model=ref, **options)

    def embeddings(self, ref: str = "minilm-l6") -> RemoteEmbeddings:
        """An encoder as LangChain ``Embeddings``."""
        return RemoteEmbeddings(self.wire, ref)

    def tools(self, approve: Approve | None = None) -> list[BaseTool]:
        """The fifteen tools, done there.

        ``approve`` is given a tool's name and its plan where a person is to be asked; without it
        such calls are not done, and say so.
        """
        from chainzoo.client.models import remote_tool

        return [
            remote_tool(self.wire, told, approve) for told in self.wire.get("/v1/tools")["tools"]
        ]

    def close(self) -> None:
        """Close the connections."""
        self.wire.client.close()


class Transport:
    """Requests and their answers; what goes wrong is a ``RemoteError``."""

    def __init__(self, url: str, token: str | None, timeout: float, retries: int) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.url = url
        self.retries = retries
        try:
            self.client = httpx.Client(base_url=url, headers=headers, timeout=timeout)
        except (httpx.InvalidURL, ValueError, UnicodeError) as error:
            raise RemoteError(f"{url!r} is no address: {error}.") from None

    def get(self, path: str) -> Any:
        """What a path gives."""
        return self._asked("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """What a path answers to a body."""
        return self._asked("POST", path, body)

    def stream(self, path: str, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The values of server-sent events, up to ``[DONE]``."""
        try:
            with self.client.stream("POST", path, json=body) as response:
                if response.status_code != 200:
                    response.read()
                    raise _refusal(response)
                for line in response.iter_lines():
                    if not line.startswith("data: ") or line == "data: [DONE]":
                        continue
                    value = json.loads(line.removeprefix("data: "))
                    if "error" in value:
                        raise RemoteError(str(value["error"]["message"]))
                    yield value
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._nobody(error) from None

    def _asked(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        import time

        for left in range(self.retries, -1, -1):
            try:
                response = self.client.request(method, path, json=body)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise self._nobody(error) from None
            if response.status_code == 200:
                return _json(response)
            if response.status_code not in (429, 503) or not left:
                break
            time.sleep(min(float(response.headers.get("Retry-After") or 1), 30))
        raise _refusal(response)

    def _nobody(self, error: Exception) -> NoServerError:
        said = str(error) or type(error).__name__
        return NoServerError(
            f"{self.url} did not answer: {said}.",
            remedy="Check the address, and that `chainzoo serve` runs there.",
        )


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        raise RemoteError(
            f"{response.url} did not answer with JSON.", remedy="Is it a ChainZoo server?"
        ) from None


def _refusal(response: httpx.Response) -> RemoteError:
    """The error of an answer; ``details`` holds whatever else it says."""
    try:
        told = response.json()["error"]
        refused = RemoteError(
            str(told["message"]), status=response.status_code, code=told.get("code")
        )
        refused.details = {k: v for k, v in told.items() if k in DETAILS}
        return refused
    except (ValueError, KeyError, TypeError, AttributeError):
        return RemoteError(
            f"{response.url} answered {response.status_code}.",
            remedy="Is it a ChainZoo server?",
            status=response.status_code,
        )


class RemotePredictor(TaskPredictor):
    """``invoke`` and ``batch`` give the same typed predictions as a predictor that is here."""

    def __init__(self, wire: Transport, ref: str, task: str) -> None:
        self.wire = wire
        self.name = ref
        self.task = task

    def predict(self, inputs: Sequence[Any], **options: Any) -> list[Any]:
        """The predictions for inputs, in their order."""
        if not inputs:
            return []
        body = {"model": self.name, "inputs": list(inputs), "options": options}
        try:
            answer = self.wire.post("/v1/predict", body)
        except RemoteError as error:
            invalid = error.details.get("input_errors")
            if not isinstance(invalid, dict) or not invalid:
                raise
            raise InvalidInputsError(
                {int(at): PredictionError(str(message)) for at, message in invalid.items()}
            ) from None
        return [typed(value) for value in answer["predictions"]]


def typed(value: Mapping[str, Any]) -> Any:
    """A prediction out of its JSON.

    Raises:
        RemoteError: it is of no kind that is known here.
    """
    kind = next((kind for key, kind in KINDS if key in value), None)
    if kind is None:
        raise RemoteError(f"A prediction with {', '.join(value)} is not known here.")
    told = {name: tuple(v) if isinstance(v, list) else v for name, v in value.items()}
    if kind is TokenPrediction:
        told["entities"] = tuple(Entity(**entity) for entity in told["entities"])
    try:
        return kind(**told)
    except TypeError as error:
        raise RemoteError(
            f"The server's prediction does not fit: {error}.", remedy="Use the same version."
        ) from None


class RemoteEmbeddings(Embeddings):
    """Vectors from a server's encoder, in 32-bit floats."""

    def __init__(self, wire: Transport, model: str) -> None:
        self.wire = wire
        self.model = model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text, in their order."""
        import numpy as np

        if not texts:
            return []
        body = {"model": self.model, "input": texts, "encoding_format": "base64"}
        rows = self.wire.post("/v1/embeddings", body)["data"]
        return [
            np.frombuffer(base64.b64decode(row["embedding"]), "<f4").astype(float).tolist()
            for row in sorted(rows, key=lambda row: int(row["index"]))
        ]

    def embed_query(self, text: str) -> list[float]:
        """The vector of one text."""
        return self.embed_documents([text])[0]
