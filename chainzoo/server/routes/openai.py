"""``/v1/models``, ``/v1/completions`` and ``/v1/embeddings`` in OpenAI's shapes."""

from __future__ import annotations

import base64
import struct
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from chainzoo.langchain.llm import as_text
from chainzoo.server.errors import APIError, Json
from chainzoo.server.openai_schemas import Body, Name, StreamOptions
from chainzoo.server.routes.predict import predict
from chainzoo.server.services import Services
from chainzoo.server.stream import DONE, event
from chainzoo.tasks import GenerativeTask, get_task

COMPLETIONS, EMBEDDINGS = "/v1/completions", "/v1/embeddings"


class CompletionRequest(Body):
    """Texts for a tuned model of any task."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [{"model": "tickets@production", "prompt": "my card was charged twice"}]
        },
    )

    model: Name
    prompt: str | list[str]
    max_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = Field(default=None, ge=0, le=2**63 - 1)
    stop: str | list[str] | None = None
    n: Literal[1] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None


class EmbeddingRequest(Body):
    """Texts to embed."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={"examples": [{"model": "minilm-l6", "input": ["hello", "good day"]}]},
    )

    model: Name
    input: str | list[str] = Field(min_length=1)
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = Field(default=None, ge=1)


def routes(services: Services) -> APIRouter:
    """The routes of this module."""
    router = APIRouter(tags=["OpenAI"])

    @router.get("/v1/models", summary="Everything that can be called")
    async def models() -> Response:
        found = await services.quick(services.shelf.listed)
        return Json({"object": "list", "data": found})

    @router.get("/v1/models/{name:path}", summary="One of them")
    async def model(name: str) -> Response:
        found = await services.quick(services.shelf.listed)
        for line in found:
            if line["id"] == name:
                return Json(line)
        record = await services.quick(lambda: services.shelf.tuned(name))
        return Json(next(line for line in found if line["id"] == record.ref))

    @router.post(COMPLETIONS, summary="Text in, text out; JSON where a model does not write")
    async def complete(request: Request, told: CompletionRequest) -> Response:
        return await _complete(services, request, told)

    @router.post(EMBEDDINGS, summary="Vectors of texts")
    async def embed(request: Request, told: EmbeddingRequest) -> Response:
        texts = [told.input] if isinstance(told.input, str) else told.input
        services.check_inputs(len(texts), sum(map(len, texts)), "input")
        name = await services.quick(lambda: services.shelf.embedding(told.model))
        services.note(request, EMBEDDINGS, len(texts), texts, model=name)
        rows = await services.do(
            request, services.predictions, lambda: services.models.embed(name, texts)
        )
        size = len(rows[0])
        if told.dimensions not in (None, size):
            raise APIError(
                400,
                "bad_dimensions",
                f"{name} gives {size} dimensions, {told.dimensions} are asked for.",
                remedy="Leave dimensions out.",
                param="dimensions",
            )
        as_told = _packed if told.encoding_format == "base64" else list
        data = [
            {"object": "embedding", "index": at, "embedding": as_told(row)}
            for at, row in enumerate(rows)
        ]
        usage = _usage(services, services.shelf.count_tokens(name, texts))
        return Json({"object": "list", "data": data, "model": told.model, "usage": usage})

    return router


async def _complete(services: Services, request: Request, told: CompletionRequest) -> Response:
    prompts = [told.prompt] if isinstance(told.prompt, str) else told.prompt
    services.check_inputs(len(prompts), sum(map(len, prompts)), "prompt")
    record = await services.quick(lambda: services.shelf.tuned(told.model))
    services.note(request, COMPLETIONS, len(prompts), prompts, model=record.ref)
    answers = await predict(services, request, record, prompts, _options(services, record, told))
    texts = [_until(as_text(answer), told.stop) for answer in answers]
    read = await services.quick(lambda: services.shelf.count_tokens(record.ref, prompts))
    written = await services.quick(lambda: services.shelf.count_tokens(record.ref, texts))
    head = {
        "id": f"cmpl-{uuid.uuid4().hex[:24]}",
        "object": "text_completion",
        "created": int(time.time()),
        "model": told.model,
    }
    choices = [
        {"index": at, "text": text, "logprobs": None, "finish_reason": "stop"}
        for at, text in enumerate(texts)
    ]
    usage = {**_usage(services, read), "completion_tokens": written, "total_tokens": read + written}
    if not told.stream:
        return Json({**head, "choices": choices, "usage": usage})
    wants_usage = bool(told.stream_options and told.stream_options.include_usage)

    async def lines() -> AsyncIterator[bytes]:
        for choice in choices:
            yield event({**head, "choices": [choice]})
        if wants_usage:
            yield event({**head, "choices": [], "usage": usage})
        yield DONE

    return StreamingResponse(lines(), media_type="text/event-stream")


def _options(services: Services, record: Any, told: CompletionRequest) -> dict[str, Any]:
    """Options of a model that writes; others have none, and OpenAI's clients send some always."""
    if not isinstance(get_task(record.task), GenerativeTask):
        return {}
    most = services.settings.max_tokens
    if told.max_tokens and told.max_tokens > most:
        raise APIError(
            400,
            "too_many_tokens",
            f"{told.max_tokens:,} tokens are asked for; at most {most:,} are given.",
            remedy="Ask for fewer.",
            param="max_tokens",
        )
    asked = {
        "max_new_tokens": told.max_tokens,
        "temperature": told.temperature,
        "top_p": told.top_p,
        "seed": told.seed,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _until(text: str, stop: str | list[str] | None) -> str:
    words = [stop] if isinstance(stop, str) else stop or []
    places = [at for word in words if word and (at := text.find(word)) >= 0]
    return text[: min(places)] if places else text


def _packed(row: list[float]) -> str:
    """Little-endian 32-bit floats in base64, as OpenAI's clients ask for."""
    return base64.b64encode(struct.pack(f"<{len(row)}f", *row)).decode("ascii")


def _usage(services: Services, read: int) -> dict[str, int]:
    services.metrics.tokens.labels("read").inc(read)
    return {"prompt_tokens": read, "total_tokens": read}
