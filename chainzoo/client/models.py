"""LangChain's LLM, chat model and tools, answered by a server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.llms import LLM
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    convert_to_openai_messages,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool, StructuredTool, ToolException
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, Field

from chainzoo.client.remote_zoo import Approve, Transport
from chainzoo.errors import RemoteError

CHAT = "/v1/chat/completions"


class RemoteLLM(LLM):
    """A tuned model of a server: a text in, what it writes or one line of JSON out."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    wire: Transport = Field(exclude=True, repr=False)
    model: str

    @property
    def _llm_type(self) -> str:
        return "chainzoo-remote"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model, "url": self.wire.url}

    def _call(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> str:
        body = {"model": self.model, "prompt": prompt, "stop": stop or None, **kwargs}
        return str(self.wire.post("/v1/completions", body)["choices"][0]["text"])


class RemoteChat(BaseChatModel):
    """A chat model of a server, with tools and streams."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    wire: Transport = Field(exclude=True, repr=False)
    model: str
    temperature: float | None = None
    max_tokens: int | None = None
    seed: int | None = None

    @property
    def _llm_type(self) -> str:
        return "chainzoo-remote-chat"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model, "url": self.wire.url}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | bool | dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with tools. ``tool_choice``: auto, any (or required, True), none, or a name."""
        told = [convert_to_openai_tool(tool) for tool in tools]
        return super().bind(tools=told, tool_choice=_choice(tool_choice), **kwargs)

    def _body(
        self, messages: list[BaseMessage], stop: list[str] | None, told: dict[str, Any]
    ) -> dict[str, Any]:
        own = {
            "model": self.model,
            "messages": convert_to_openai_messages(messages),
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "seed": self.seed,
            "stop": stop or None,
        }
        return {name: value for name, value in {**own, **told}.items() if value is not None}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        found = self.wire.post(CHAT, self._body(messages, stop, kwargs))
        told, usage = found["choices"][0], found["usage"]
        message = AIMessage(
            told["message"].get("content") or "",
            tool_calls=[_call(call) for call in told["message"].get("tool_calls") or ()],
            usage_metadata=_usage(usage),
            response_metadata={"model_name": self.model, "finish_reason": told["finish_reason"]},
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        wanted = {"stream": True, "stream_options": {"include_usage": True}}
        body = self._body(messages, stop, {**kwargs, **wanted})
        for value in self.wire.stream(CHAT, body):
            chunk = ChatGenerationChunk(message=self._chunk(value))
            if run_manager:
                run_manager.on_llm_new_token(str(chunk.text), chunk=chunk)
            yield chunk

    def _chunk(self, value: dict[str, Any]) -> AIMessageChunk:
        if not value["choices"]:
            usage = _usage(value["usage"])
            return AIMessageChunk(content="", usage_metadata=usage, chunk_position="last")
        told = value["choices"][0]
        delta, reason = told["delta"], told["finish_reason"]
        calls = [
            tool_call_chunk(
                name=call["function"]["name"],
                args=call["function"]["arguments"],
                id=call["id"],
                index=call["index"],
            )
            for call in delta.get("tool_calls") or ()
        ]
        facts = {"model_name": self.model, "finish_reason": reason} if reason else {}
        return AIMessageChunk(
            content=delta.get("content") or "", tool_call_chunks=calls, response_metadata=facts
        )


def remote_tool(wire: Transport, told: dict[str, Any], approve: Approve | None) -> BaseTool:
    """A tool that a server carries out."""
    name = str(told["name"])

    def call(**arguments: Any) -> tuple[str, Any]:
        try:
            done = _called(wire, name, arguments, approve)
        except RemoteError as error:
            raise ToolException(str(error)) from error
        if done["failed"]:
            raise ToolException(done["text"])
        return done["text"], done["artifact"]

    return StructuredTool(
        name=name,
        description=str(told["description"]),
        args_schema=told["parameters"],
        func=call,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )


def _called(wire: Transport, name: str, arguments: dict[str, Any], approve: Approve | None) -> Any:
    """What a tool gave; a plan that a person approves is sent again, until it stays the same."""
    body: dict[str, Any] = {"arguments": arguments}
    while True:
        try:
            return wire.post(f"/v1/tools/{name}", body)
        except RemoteError as error:
            if error.code != "approval_required":
                raise
            plan = str(error.details["plan"])
            if approve is None:
                raise RemoteError(
                    f"{name} asks a person first: {plan} Nothing was done.",
                    remedy="Give RemoteZoo.tools a function `approve`.",
                ) from None
            if not approve(name, plan):
                raise RemoteError(f"The person said no: {name} was not done.") from None
            body["confirm"] = error.details["confirm"]


def _choice(wanted: str | bool | dict[str, Any] | None) -> Any:
    if wanted is True or wanted == "any":
        return "required"
    if wanted is None or wanted is False:
        return None
    if isinstance(wanted, dict) or wanted in ("auto", "none", "required"):
        return wanted
    return {"type": "function", "function": {"name": wanted}}


def _call(told: dict[str, Any]) -> Any:
    arguments = json.loads(told["function"]["arguments"])
    return {"name": told["function"]["name"], "args": arguments, "id": told["id"]}


def _usage(told: dict[str, Any]) -> UsageMetadata:
    return UsageMetadata(
        input_tokens=told["prompt_tokens"],
        output_tokens=told["completion_tokens"],
        total_tokens=told["total_tokens"],
    )
