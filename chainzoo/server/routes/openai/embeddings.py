"""``/v1/embeddings``: vectors of texts, from the encoder of a card or a tuned one."""

from __future__ import annotations

import base64
import struct
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from chainzoo.server.errors import APIError
from chainzoo.server.json_response import SafeJSONResponse
from chainzoo.server.request_models import LenientRequest, ModelName
from chainzoo.server.services import get_services
from chainzoo.server.token_counts import count_tokens

ROUTE = "/v1/embeddings"
router = APIRouter()


class EmbeddingRequest(LenientRequest):
    """Texts to embed. Unknown fields are ignored."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"model": "minilm-l6", "input": ["hello", "good day"]}]}
    )

    model: ModelName
    input: str | list[str] = Field(min_length=1)
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = Field(default=None, ge=1)

    @property
    def texts(self) -> list[str]:
        """The input as a list."""
        return [self.input] if isinstance(self.input, str) else self.input


@router.post(ROUTE, summary="Embed texts")
async def create_embeddings(request: Request, body: EmbeddingRequest) -> Response:
    """One vector of length 1 per text, as floats or as base64 of little-endian 32-bit floats."""
    services = get_services(request)
    texts = body.texts
    services.check_input_size(len(texts), sum(map(len, texts)), "input")
    name = await services.in_thread(lambda: services.models.embedding_model(body.model))
    services.record(request, ROUTE, len(texts), texts, model=name)

    def embed() -> tuple[list[list[float]], int]:
        rows = services.backend.embed(name, texts)
        return rows, count_tokens(services.models.tokenizer_folder(name), texts)

    rows, tokens = await services.run(request, services.predictions, embed)
    _check_dimensions(name, len(rows[0]), body.dimensions)
    encode = _to_base64 if body.encoding_format == "base64" else list
    data = [
        {"object": "embedding", "index": index, "embedding": encode(row)}
        for index, row in enumerate(rows)
    ]
    usage = services.metrics.count_tokens(tokens)
    del usage["completion_tokens"]
    return SafeJSONResponse({"object": "list", "data": data, "model": body.model, "usage": usage})


def _check_dimensions(name: str, size: int, requested: int | None) -> None:
    if requested not in (None, size):
        raise APIError(
            400,
            "unsupported_dimensions",
            f"Vectors of {name} have {size} dimensions; the request asks for {requested}.",
            remedy="Leave dimensions out.",
            param="dimensions",
        )


def _to_base64(row: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(row)}f", *row)).decode("ascii")
