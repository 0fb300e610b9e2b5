"""``/v1/completions``: tuned models of any task, text in and text out."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field
from sse_starlette import ServerSentEvent
from starlette.responses import Response

from chainzoo.langchain.llm import as_text
from chainzoo.registry import ModelRecord
from chainzoo.server.json_response import SafeJSONResponse
from chainzoo.server.request_models import LenientRequest, ModelName, StreamOptions
from chainzoo.server.routes.predict import predict
from chainzoo.server.services import Services, get_services
from chainzoo.server.streaming import DONE, EventStream, sse
from chainzoo.server.token_counts import count_tokens
from chainzoo.tasks import GenerativeTask, get_task

ROUTE = "/v1/completions"
router = APIRouter()


class CompletionRequest(LenientRequest):
    """One or more prompts for a tuned model. Unknown fields are ignored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"model": "tickets@production", "prompt": "my card was charged twice"}]
        }
    )

    model: ModelName
    prompt: str | list[str]
    max_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = Field(default=None, ge=0, le=2**63 - 1)
    stop: str | list[str] | None = None
    n: Literal[1] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None

    @property
    def prompts(self) -> list[str]:
        """The prompts as a list."""
        return [self.prompt] if isinstance(self.prompt, str) else self.prompt

    @property
    def include_usage(self) -> bool:
        """Whether a stream ends with the token counts."""
        return self.stream_options is not None and self.stream_options.include_usage


@router.post(ROUTE, summary="Complete prompts")
async def create_completion(request: Request, body: CompletionRequest) -> Response:
    """Call a tuned model of any task: one choice per prompt.

    A model that generates text answers with that text, all others with a line of JSON. A stream
    sends each choice as one chunk.
    """
    services = get_services(request)
    prompts = body.prompts
    services.check_input_size(len(prompts), sum(map(len, prompts)), "prompt")
    record = await services.in_thread(lambda: services.models.tuned(body.model))
    services.record(request, ROUTE, len(prompts), prompts, model=record.ref)
    options = _generation_options(services, record, body)
    predictions = await predict(services, request, record, prompts, options)
    texts = [_cut_at(as_text(prediction), body.stop) for prediction in predictions]
    usage = await services.in_thread(lambda: _usage(services, record, prompts, texts))
    head = {
        "id": f"cmpl-{uuid.uuid4().hex[:24]}",
        "object": "text_completion",
        "created": int(time.time()),
        "model": body.model,
    }
    choices = [
        {"index": index, "text": text, "logprobs": None, "finish_reason": "stop"}
        for index, text in enumerate(texts)
    ]
    if not body.stream:
        return SafeJSONResponse({**head, "choices": choices, "usage": usage})
    events = _events(head, choices, usage if body.include_usage else None)
    return EventStream(events, services.settings.timeout_seconds)


def _generation_options(
    services: Services, record: ModelRecord, body: CompletionRequest
) -> dict[str, Any]:
    """Options for a model that generates text.

    Other models have none; OpenAI's clients send some always, so they are ignored there.
    """
    if not isinstance(get_task(record.task), GenerativeTask):
        return {}
    services.check_token_limit(body.max_tokens, "max_tokens")
    options = {
        "max_new_tokens": body.max_tokens,
        "temperature": body.temperature,
        "top_p": body.top_p,
        "seed": body.seed,
    }
    return {name: value for name, value in options.items() if value is not None}


def _cut_at(text: str, stop: str | list[str] | None) -> str:
    """The text before the first of the stop sequences."""
    sequences = [stop] if isinstance(stop, str) else stop or []
    positions = [text.find(sequence) for sequence in sequences if sequence]
    return text[: min((at for at in positions if at >= 0), default=len(text))]


def _usage(
    services: Services, record: ModelRecord, prompts: list[str], texts: list[str]
) -> dict[str, int]:
    folder = services.models.tokenizer_folder(record.ref)
    return services.metrics.count_tokens(count_tokens(folder, prompts), count_tokens(folder, texts))


async def _events(
    head: dict[str, Any], choices: list[dict[str, Any]], usage: dict[str, int] | None
) -> AsyncIterator[ServerSentEvent]:
    for choice in choices:
        yield sse({**head, "choices": [choice]})
    if usage is not None:
        yield sse({**head, "choices": [], "usage": usage})
    yield DONE
