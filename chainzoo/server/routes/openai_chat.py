"""``/v1/chat/completions``: local chat models behind OpenAI's shape."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

from fastapi import APIRouter, Request
from langchain_core.messages import AIMessageChunk
from starlette.responses import Response

from chainzoo.langchain.chat import ChatZoo
from chainzoo.langchain.chat.tool_calls import grammar
from chainzoo.server.errors import APIError, Json
from chainzoo.server.openai_schemas import ChatRequest, NamedChoice
from chainzoo.server.served_models import ChatModelEntry
from chainzoo.server.services import Services
from chainzoo.server.stream import DONE, END, EventStream, begin, event

ROUTE = "/v1/chat/completions"
DEFAULT_TOKENS = 512
REASONS = {"tool_calls": "tool_calls", "length": "length"}


def routes(services: Services) -> APIRouter:
    """The routes of this module."""
    router = APIRouter(tags=["OpenAI"])

    @router.post(ROUTE, summary="Chat, with tools and JSON schemas, streamed or whole")
    async def chat(request: Request, told: ChatRequest) -> Response:
        services.check_inputs(len(told.messages), told.characters, "messages")
        model = await services.quick(lambda: services.shelf.chatting(told.model))
        make = _maker(services, model, told)
        texts = [message.text for message in told.messages]
        services.note(request, ROUTE, len(told.messages), texts, model=model.name)
        head = {
            "id": f"chatcmpl-{uuid.uuid4().hex[:24]}",
            "created": int(time.time()),
            "model": told.model,
        }
        if told.stream:
            pieces, first, rest = await begin(services, request, services.chats, make)
            lines = _lines(services, head, told, first, rest)
            return EventStream(lines, pieces, services.settings.seconds)
        over = threading.Event()
        whole = await services.do(request, services.chats, lambda: _whole(make(over)), over.set)
        return Json(_completion(services, head, whole))

    return router


def _maker(services: Services, model: ChatModelEntry, told: ChatRequest) -> Any:
    """What makes the pieces of the answer.

    Raises:
        APIError: more tokens than are given, or a tool whose schema cannot be used.
    """
    asked = told.max_completion_tokens or told.max_tokens
    most = services.settings.max_tokens
    if asked and asked > most:
        raise APIError(
            400,
            "too_many_tokens",
            f"{asked:,} tokens are asked for; at most {most:,} are given.",
            remedy="Ask for fewer.",
            param="max_tokens",
        )
    settings: dict[str, Any] = {
        "temperature": told.temperature if told.temperature is not None else 0.0,
        "top_p": told.top_p if told.top_p is not None else 1.0,
        "max_tokens": asked or min(DEFAULT_TOKENS, most),
        "seed": told.seed,
    }
    chat = ChatZoo(model=str(model.folder), home=services.zoo.home.root, **settings)
    schema = told.response_format.as_schema() if told.response_format else None
    bound = _with_tools(chat, told, schema)
    messages = told.as_messages()

    def make(over: threading.Event) -> Iterator[AIMessageChunk]:
        found = bound.stream(messages, stop=told.stops or None, over=over, json_schema=schema)
        return iter(found)

    return make


def _with_tools(chat: ChatZoo, told: ChatRequest, schema: dict[str, Any] | None) -> Any:
    if not told.tools:
        return chat
    choice = told.tool_choice
    wanted = choice.function.name if isinstance(choice, NamedChoice) else choice
    tools = [tool.model_dump() for tool in told.tools]
    bound: Any = chat.bind_tools(
        tools, tool_choice=wanted, parallel_tool_calls=told.parallel_tool_calls
    )
    try:
        grammar(bound.kwargs["tools"], bound.kwargs["tool_choice"], True, schema)
    except Exception as error:  # Whatever a schema's references lead to.
        raise APIError(
            400,
            "bad_tool",
            f"The tools cannot be used: {type(error).__name__}: {str(error)[:200]}.",
            remedy="Give each a JSON schema with the common keywords.",
            param="tools",
        ) from None
    return bound


def _whole(pieces: Iterator[AIMessageChunk]) -> AIMessageChunk:
    found = AIMessageChunk(content="")
    for piece in pieces:
        found = found + piece
    return found


def _completion(services: Services, head: dict[str, Any], whole: AIMessageChunk) -> dict[str, Any]:
    calls = [_call(c) for c in whole.tool_call_chunks]
    message: dict[str, Any] = {"role": "assistant", "content": str(whole.text) or None}
    if calls:
        message["tool_calls"] = calls
    elif message["content"] is None:
        message["content"] = ""
    choice = {
        "index": 0,
        "message": {**message, "refusal": None},
        "logprobs": None,
        "finish_reason": _reason(whole),
    }
    usage = _usage(services, whole)
    return {**head, "object": "chat.completion", "choices": [choice], "usage": usage}


async def _lines(
    services: Services,
    head: dict[str, Any],
    told: ChatRequest,
    first: Any,
    rest: AsyncIterator[AIMessageChunk],
) -> AsyncIterator[bytes]:
    """The answer as OpenAI streams it."""
    head = {**head, "object": "chat.completion.chunk"}
    last = AIMessageChunk(content="")
    role: dict[str, Any] = {"role": "assistant"}
    async for piece in _after(first, rest):
        delta = {**role, **_delta(piece)}
        if delta:
            yield event({**head, "choices": [_choice(delta or {"content": ""}, None)]})
        role = {}
        last = piece
    yield event({**head, "choices": [_choice({}, _reason(last))]})
    usage = _usage(services, last)
    if told.stream_options and told.stream_options.include_usage:
        yield event({**head, "choices": [], "usage": usage})
    yield DONE


async def _after(first: Any, rest: AsyncIterator[Any]) -> AsyncIterator[Any]:
    if first is not END:
        yield first
        async for piece in rest:
            yield piece


def _delta(piece: AIMessageChunk) -> dict[str, Any]:
    delta: dict[str, Any] = {}
    if piece.text:
        delta["content"] = str(piece.text)
    if piece.tool_call_chunks:
        delta["tool_calls"] = [{"index": c["index"], **_call(c)} for c in piece.tool_call_chunks]
    return delta


def _choice(delta: dict[str, Any], reason: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}


def _call(chunk: Any) -> dict[str, Any]:
    told = {"name": chunk["name"], "arguments": chunk["args"]}
    return {"id": chunk["id"], "type": "function", "function": told}


def _reason(message: AIMessageChunk) -> str:
    return REASONS.get(str(message.response_metadata.get("finish_reason")), "stop")


def _usage(services: Services, message: AIMessageChunk) -> dict[str, int]:
    told = message.usage_metadata
    read, written = (told["input_tokens"], told["output_tokens"]) if told else (0, 0)
    services.metrics.tokens.labels("read").inc(read)
    services.metrics.tokens.labels("written").inc(written)
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
