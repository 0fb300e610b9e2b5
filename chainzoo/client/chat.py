"""A server's chat model as a LangChain chat model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    convert_to_openai_messages,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import ToolCall, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, Field

from chainzoo.client.transport import Transport

CHAT = "/v1/chat/completions"


class RemoteChat(BaseChatModel):
    """A chat model that runs on a server, with tools and streams."""

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    transport: Transport = Field(exclude=True, repr=False)
    model: str
    temperature: float | None = None
    max_tokens: int | None = None
    seed: int | None = None

    @property
    def _llm_type(self) -> str:
        return "chainzoo-remote-chat"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model, "url": self.transport.url}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | bool | dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with tools. ``tool_choice``: auto, any (or required, True), none, or a name."""
        schemas = [convert_to_openai_tool(tool) for tool in tools]
        return super().bind(tools=schemas, tool_choice=_tool_choice(tool_choice), **kwargs)

    def _request_body(
        self, messages: list[BaseMessage], stop: list[str] | None, options: dict[str, Any]
    ) -> dict[str, Any]:
        defaults = {
            "model": self.model,
            "messages": convert_to_openai_messages(messages),
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "seed": self.seed,
            "stop": stop or None,
        }
        return {name: value for name, value in {**defaults, **options}.items() if value is not None}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        response = self.transport.post(CHAT, self._request_body(messages, stop, kwargs))
        choice = response["choices"][0]
        message = AIMessage(
            choice["message"].get("content") or "",
            tool_calls=[_tool_call(call) for call in choice["message"].get("tool_calls") or ()],
            usage_metadata=_usage(response["usage"]),
            response_metadata={"model_name": self.model, "finish_reason": choice["finish_reason"]},
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        options = {**kwargs, "stream": True, "stream_options": {"include_usage": True}}
        for event in self.transport.stream(CHAT, self._request_body(messages, stop, options)):
            chunk = ChatGenerationChunk(message=self._chunk(event))
            if run_manager:
                run_manager.on_llm_new_token(str(chunk.text), chunk=chunk)
            yield chunk

    def _chunk(self, event: dict[str, Any]) -> AIMessageChunk:
        if not event["choices"]:
            usage = _usage(event["usage"])
            return AIMessageChunk(content="", usage_metadata=usage, chunk_position="last")
        choice = event["choices"][0]
        delta, reason = choice["delta"], choice["finish_reason"]
        calls = [
            tool_call_chunk(
                name=call["function"]["name"],
                args=call["function"]["arguments"],
                id=call["id"],
                index=call["index"],
            )
            for call in delta.get("tool_calls") or ()
        ]
        metadata = {"model_name": self.model, "finish_reason": reason} if reason else {}
        return AIMessageChunk(
            content=delta.get("content") or "", tool_call_chunks=calls, response_metadata=metadata
        )


def _tool_choice(choice: str | bool | dict[str, Any] | None) -> Any:
    """A LangChain ``tool_choice`` in OpenAI's form."""
    if choice is True or choice == "any":
        return "required"
    if choice is None or choice is False:
        return None
    if isinstance(choice, dict) or choice in ("auto", "none", "required"):
        return choice
    return {"type": "function", "function": {"name": choice}}


def _tool_call(call: dict[str, Any]) -> ToolCall:
    arguments = json.loads(call["function"]["arguments"])
    return ToolCall(name=call["function"]["name"], args=arguments, id=call["id"])


def _usage(usage: dict[str, Any]) -> UsageMetadata:
    return UsageMetadata(
        input_tokens=usage["prompt_tokens"],
        output_tokens=usage["completion_tokens"],
        total_tokens=usage["total_tokens"],
    )
