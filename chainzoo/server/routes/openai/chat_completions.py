"""``/v1/chat/completions``: local chat models, with tools, JSON schemas and streams."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

from fastapi import APIRouter, Request
from langchain_core.messages import AIMessageChunk
from sse_starlette import ServerSentEvent
from starlette.responses import Response

from chainzoo.langchain.chat import ChatZoo
from chainzoo.langchain.chat.tool_calls import build_grammar
from chainzoo.server.errors import APIError
from chainzoo.server.json_response import SafeJSONResponse
from chainzoo.server.metrics import Metrics
from chainzoo.server.routes.openai.chat_schemas import ChatCompletionRequest, NamedToolChoice
from chainzoo.server.served_models import ChatModelRef
from chainzoo.server.services import Services, get_services
from chainzoo.server.streaming import (
    DONE,
    EventStream,
    Produce,
    StreamProducer,
    sse,
    start_stream,
)

ROUTE = "/v1/chat/completions"
DEFAULT_MAX_TOKENS = 512
FINISH_REASONS = {"tool_calls": "tool_calls", "length": "length"}
router = APIRouter()


@router.post(ROUTE, summary="Continue a conversation")
async def create_chat_completion(request: Request, body: ChatCompletionRequest) -> Response:
    """Answer a conversation with a local chat model, in whole or as a stream of chunks.

    The model may call `tools`, and `response_format` holds the answer to a JSON schema. Both are
    enforced while the model generates, so arguments and answers are valid unless `max_tokens` cuts
    them off.
    """
    services = get_services(request)
    services.check_input_size(len(body.messages), body.characters, "messages")
    model = await services.in_thread(lambda: services.models.chat_model(body.model))
    generate = _generator(services, model, body)
    texts = [message.text for message in body.messages]
    services.record(request, ROUTE, len(body.messages), texts, model=model.name)
    head = {
        "id": f"chatcmpl-{uuid.uuid4().hex[:24]}",
        "created": int(time.time()),
        "model": body.model,
    }
    if body.stream:
        producer = await start_stream(services, request, services.chats, generate)
        events = _events(services.metrics, head, body, producer)
        return EventStream(events, services.settings.timeout_seconds, producer)
    cancelled = threading.Event()
    answer = await services.run(
        request, services.chats, lambda: _merge(generate(cancelled)), cancelled.set
    )
    return SafeJSONResponse(_completion(services.metrics, head, answer))


def _generator(
    services: Services, model: ChatModelRef, body: ChatCompletionRequest
) -> Produce[AIMessageChunk]:
    """What generates the chunks of the answer.

    Raises:
        APIError: 400, the request asks for too many tokens, or a tool's schema cannot be used.
    """
    requested = body.max_completion_tokens or body.max_tokens
    services.check_token_limit(requested, "max_tokens")
    chat = ChatZoo(
        model=str(model.folder),
        home=services.zoo.home.root,
        temperature=body.temperature if body.temperature is not None else 0.0,
        top_p=body.top_p if body.top_p is not None else 1.0,
        max_tokens=requested or min(DEFAULT_MAX_TOKENS, services.settings.max_tokens),
        seed=body.seed,
    )
    schema = body.response_format.to_schema() if body.response_format else None
    bound = _bind_tools(chat, body, schema)
    messages = body.to_messages()
    stop = body.stop_sequences or None

    def generate(cancelled: threading.Event) -> Iterator[AIMessageChunk]:
        return iter(bound.stream(messages, stop=stop, cancel=cancelled, json_schema=schema))

    return generate


def _bind_tools(chat: ChatZoo, body: ChatCompletionRequest, schema: dict[str, Any] | None) -> Any:
    if not body.tools:
        return chat
    choice = body.tool_choice
    tools = [tool.model_dump() for tool in body.tools]
    bound: Any = chat.bind_tools(
        tools,
        tool_choice=choice.function.name if isinstance(choice, NamedToolChoice) else choice,
        parallel_tool_calls=body.parallel_tool_calls,
    )
    try:
        build_grammar(bound.kwargs["tools"], bound.kwargs["tool_choice"], True, schema)
    except Exception as error:  # A reference in a schema may lead to any of them.
        raise APIError(
            400,
            "invalid_tool",
            f"The tools cannot be used: {type(error).__name__}: {str(error)[:200]}.",
            remedy="Describe the arguments of each with a JSON schema of common keywords.",
            param="tools",
        ) from None
    return bound


def _merge(chunks: Iterator[AIMessageChunk]) -> AIMessageChunk:
    merged = AIMessageChunk(content="")
    for chunk in chunks:
        merged = merged + chunk
    return merged


def _completion(metrics: Metrics, head: dict[str, Any], answer: AIMessageChunk) -> dict[str, Any]:
    """The answer as OpenAI's response."""
    calls = [_tool_call(call) for call in answer.tool_call_chunks]
    message: dict[str, Any] = {"role": "assistant", "content": str(answer.text) or None}
    if calls:
        message["tool_calls"] = calls
    elif message["content"] is None:
        message["content"] = ""
    choice = {
        "index": 0,
        "message": {**message, "refusal": None},
        "logprobs": None,
        "finish_reason": _finish_reason(answer),
    }
    usage = _usage(metrics, answer)
    return {**head, "object": "chat.completion", "choices": [choice], "usage": usage}


async def _events(
    metrics: Metrics,
    head: dict[str, Any],
    body: ChatCompletionRequest,
    producer: StreamProducer[AIMessageChunk],
) -> AsyncIterator[ServerSentEvent]:
    """The answer as OpenAI's stream of chunks."""
    head = {**head, "object": "chat.completion.chunk"}
    last = AIMessageChunk(content="")
    role: dict[str, Any] = {"role": "assistant"}
    async for chunk in producer:
        delta = {**role, **_delta(chunk)}
        if delta:
            yield sse({**head, "choices": [_choice(delta, None)]})
        role = {}
        last = chunk
    yield sse({**head, "choices": [_choice({}, _finish_reason(last))]})
    usage = _usage(metrics, last)
    if body.stream_options and body.stream_options.include_usage:
        yield sse({**head, "choices": [], "usage": usage})
    yield DONE


def _delta(chunk: AIMessageChunk) -> dict[str, Any]:
    delta: dict[str, Any] = {}
    if chunk.text:
        delta["content"] = str(chunk.text)
    if chunk.tool_call_chunks:
        delta["tool_calls"] = [
            {"index": call["index"], **_tool_call(call)} for call in chunk.tool_call_chunks
        ]
    return delta


def _choice(delta: dict[str, Any], finish_reason: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def _tool_call(call: Any) -> dict[str, Any]:
    function = {"name": call["name"], "arguments": call["args"]}
    return {"id": call["id"], "type": "function", "function": function}


def _finish_reason(message: AIMessageChunk) -> str:
    return FINISH_REASONS.get(str(message.response_metadata.get("finish_reason")), "stop")


def _usage(metrics: Metrics, message: AIMessageChunk) -> dict[str, int]:
    usage = message.usage_metadata
    if usage is None:
        return metrics.count_tokens(0)
    return metrics.count_tokens(usage["input_tokens"], usage["output_tokens"])
