"""The request of ``/v1/chat/completions``, and its conversation as LangChain's messages."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from pydantic import ConfigDict, Field

from chainzoo.server.errors import APIError
from chainzoo.server.request_models import (
    LenientModel,
    LenientRequest,
    ModelName,
    StreamOptions,
)

ShortText = Annotated[str, Field(min_length=1, max_length=200)]


class TextPart(LenientModel):
    """A part of a message's content. Text is the only type."""

    type: Literal["text"]
    text: str


class FunctionCall(LenientModel):
    """A call of a function, with its arguments as JSON text."""

    name: ShortText
    arguments: str = "{}"


class ToolCallMessage(LenientModel):
    """A tool call in an earlier answer of the model."""

    id: ShortText
    type: Literal["function"] = "function"
    function: FunctionCall


class ChatMessage(LenientModel):
    """A message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[TextPart] | None = None
    tool_calls: list[ToolCallMessage] | None = None
    tool_call_id: str | None = None

    @property
    def text(self) -> str:
        """The content as one text."""
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content)
        return self.content or ""


class FunctionDefinition(LenientModel):
    """A function that the model may call, with the JSON schema of its arguments."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=lambda: {"type": "object", "properties": {}})


class ToolDefinition(LenientModel):
    """A tool that the model may call. Functions are the only type."""

    type: Literal["function"]
    function: FunctionDefinition


class FunctionReference(LenientModel):
    """The name of a function."""

    name: ShortText


class NamedToolChoice(LenientModel):
    """The one tool that the model must call."""

    type: Literal["function"]
    function: FunctionReference


class NamedSchema(LenientModel):
    """A JSON schema with a name."""

    name: str = "answer"
    schema_: dict[str, Any] = Field(alias="schema")


class ResponseFormat(LenientModel):
    """The form that the answer must have: text, any JSON object, or JSON of a schema."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: NamedSchema | None = None

    def to_schema(self) -> dict[str, Any] | None:
        """The JSON schema of the answer, or ``None`` for text.

        Raises:
            APIError: 400, the type is ``json_schema`` and there is no schema.
        """
        if self.type == "json_schema":
            if self.json_schema is None:
                raise APIError(
                    400,
                    "missing_schema",
                    "response_format has the type json_schema and no schema.",
                    remedy='Send {"type": "json_schema", "json_schema": {"name": …, "schema": …}}.',
                    param="response_format",
                )
            return self.json_schema.schema_
        return {"type": "object"} if self.type == "json_object" else None


class ChatCompletionRequest(LenientRequest):
    """A conversation to answer. Unknown fields are ignored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": "smollm2-135m",
                    "messages": [{"role": "user", "content": "Say hello in one word."}],
                    "max_tokens": 16,
                }
            ]
        }
    )

    model: ModelName
    messages: list[ChatMessage] = Field(min_length=1, max_length=1000)
    tools: list[ToolDefinition] | None = Field(default=None, max_length=128)
    tool_choice: Literal["none", "auto", "required"] | NamedToolChoice | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = Field(default=None, ge=0, le=2**63 - 1)
    stop: str | list[str] | None = None
    n: Literal[1] | None = None
    logprobs: Literal[False] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None

    @property
    def characters(self) -> int:
        """The length of all that the model reads: messages and schemas of tools."""
        tools = sum(len(json.dumps(tool.function.parameters)) for tool in self.tools or ())
        return tools + sum(len(message.text) for message in self.messages)

    @property
    def stop_sequences(self) -> list[str]:
        """The texts before which the answer ends."""
        sequences = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return [sequence for sequence in sequences if sequence]

    def to_messages(self) -> list[BaseMessage]:
        """The conversation as LangChain's messages.

        Raises:
            APIError: 400, the arguments of an earlier call are not JSON, or a tool's result names
                no call.
        """
        return [_to_message(index, message) for index, message in enumerate(self.messages)]


def _to_message(index: int, message: ChatMessage) -> BaseMessage:
    if message.role in ("system", "developer"):
        return SystemMessage(message.text)
    if message.role == "user":
        return HumanMessage(message.text)
    if message.role == "tool":
        if not message.tool_call_id:
            raise _invalid(index, "a tool's result needs the tool_call_id of its call")
        return ToolMessage(message.text, tool_call_id=message.tool_call_id)
    calls = []
    for call in message.tool_calls or ():
        try:
            arguments = json.loads(call.function.arguments or "{}")
        except (ValueError, RecursionError):
            arguments = None
        if not isinstance(arguments, dict):
            raise _invalid(index, f"the arguments of {call.function.name} are not a JSON object")
        calls.append({"name": call.function.name, "args": arguments, "id": call.id})
    return AIMessage(message.text, tool_calls=calls)


def _invalid(index: int, reason: str) -> APIError:
    param = f"messages.{index}"
    return APIError(400, "invalid_message", f"{param}: {reason}.", param=param)
