"""OpenAI's chat request, checked, and as LangChain's messages."""

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
from pydantic import BaseModel, ConfigDict, Field, model_validator

from chainzoo.server.errors import APIError

Name = Annotated[str, Field(min_length=1, max_length=200)]


class Lenient(BaseModel):
    """OpenAI's clients send fields that mean nothing here; they are passed over."""

    model_config = ConfigDict(extra="ignore")


class Body(BaseModel):
    """A whole request. Half of a surrogate pair, which JSON can write, is no character."""

    @model_validator(mode="before")
    @classmethod
    def _of_characters(cls, told: Any) -> Any:
        try:
            json.dumps(told, ensure_ascii=False, default=str).encode("utf-8")
        except (UnicodeEncodeError, RecursionError):
            raise ValueError("a text holds what is no character, or is nested too deep") from None
        return told


class Part(Lenient):
    """A part of a message's content."""

    type: Literal["text"]
    text: str


class CalledFunction(Lenient):
    """A call that the model made: arguments as JSON text."""

    name: Name
    arguments: str = "{}"


class ToolCallBody(Lenient):
    """A call in an earlier answer."""

    id: Name
    type: Literal["function"] = "function"
    function: CalledFunction


class ChatMessage(Lenient):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Part] | None = None
    tool_calls: list[ToolCallBody] | None = None
    tool_call_id: str | None = None

    @property
    def text(self) -> str:
        """The content as one text."""
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content)
        return self.content or ""


class Function(Lenient):
    """A function that the model may call."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=lambda: {"type": "object", "properties": {}})


class ToolShape(Lenient):
    """A tool; functions are the only kind."""

    type: Literal["function"]
    function: Function


class Named(Lenient):
    """The name of a function."""

    name: Name


class NamedChoice(Lenient):
    """The one tool to call."""

    type: Literal["function"]
    function: Named


class SchemaShape(Lenient):
    """A named JSON schema."""

    name: str = "answer"
    schema_: dict[str, Any] = Field(alias="schema")


class ResponseFormat(Lenient):
    """What the answer is held to."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: SchemaShape | None = None

    def as_schema(self) -> dict[str, Any] | None:
        """The schema; ``None`` for words.

        Raises:
            APIError: a schema is promised and not there.
        """
        if self.type == "json_schema":
            if self.json_schema is None:
                raise APIError(
                    400,
                    "schema_missing",
                    "response_format is json_schema, and no schema is given.",
                    remedy='Give {"type": "json_schema", "json_schema": {"name": …, "schema": …}}.',
                    param="response_format",
                )
            return self.json_schema.schema_
        return {"type": "object"} if self.type == "json_object" else None


class StreamOptions(Lenient):
    """What a stream tells besides."""

    include_usage: bool = False


EXAMPLES: list[Any] = [
    {
        "model": "smollm2-135m",
        "messages": [{"role": "user", "content": "Say hello in one word."}],
        "max_tokens": 16,
    }
]


class ChatRequest(Body):
    """``POST /v1/chat/completions``."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"examples": EXAMPLES})

    model: Name
    messages: list[ChatMessage] = Field(min_length=1, max_length=1000)
    tools: list[ToolShape] | None = Field(default=None, max_length=128)
    tool_choice: Literal["none", "auto", "required"] | NamedChoice | None = None
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
        """All of what the model is to read."""
        tools = sum(len(json.dumps(t.function.parameters)) for t in self.tools or ())
        return tools + sum(len(message.text) for message in self.messages)

    @property
    def stops(self) -> list[str]:
        """The stop words."""
        told = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return [word for word in told if word]

    def as_messages(self) -> list[BaseMessage]:
        """The conversation as LangChain has it.

        Raises:
            APIError: arguments of an earlier call are no JSON, or a result names no call.
        """
        return [_message(at, message) for at, message in enumerate(self.messages)]


def _message(at: int, told: ChatMessage) -> BaseMessage:
    if told.role in ("system", "developer"):
        return SystemMessage(told.text)
    if told.role == "user":
        return HumanMessage(told.text)
    if told.role == "tool":
        if not told.tool_call_id:
            raise _wrong(at, "a tool's result needs the tool_call_id of its call")
        return ToolMessage(told.text, tool_call_id=told.tool_call_id)
    calls = []
    for call in told.tool_calls or ():
        try:
            arguments = json.loads(call.function.arguments or "{}")
        except (ValueError, RecursionError):
            arguments = None
        if not isinstance(arguments, dict):
            raise _wrong(at, f"the arguments of {call.function.name} are not a JSON object")
        calls.append({"name": call.function.name, "args": arguments, "id": call.id})
    return AIMessage(told.text, tool_calls=calls)


def _wrong(at: int, said: str) -> APIError:
    return APIError(400, "bad_message", f"messages.{at}: {said}.", param=f"messages.{at}")
