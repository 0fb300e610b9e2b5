"""The events of one turn of an agent, and the turn as plain values for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the agent's answer."""

    name: ClassVar[str] = "text"

    text: str

    def as_dict(self) -> dict[str, Any]:
        """The event as plain values."""
        return {"text": self.text}


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool is being called."""

    name: ClassVar[str] = "tool_call"

    tool: str
    arguments: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The event as plain values."""
        return {"tool": self.tool, "args": self.arguments}


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The result of a tool: a text for the conversation, and the object behind it for programs."""

    name: ClassVar[str] = "tool_result"

    tool: str
    text: str
    artifact: Any = None
    failed: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The event as plain values, without the artifact."""
        return {"tool": self.tool, "text": self.text, "failed": self.failed}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a tool has come; ``values`` is whatever the tool reports."""

    name: ClassVar[str] = "progress"

    values: Any

    def as_dict(self) -> Any:
        """The reported values."""
        return self.values


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A call that waits for a person; answer it with ``AgentConversation.resume``."""

    name: ClassVar[str] = "approval_request"

    id: str
    tool: str
    arguments: dict[str, Any]
    description: str

    def as_dict(self) -> dict[str, Any]:
        """The event as plain values; ``plan`` is the description that a person reads."""
        return {"id": self.id, "tool": self.tool, "args": self.arguments, "plan": self.description}


AgentEvent = TextDelta | ToolCall | ToolResult | Progress | ApprovalRequest


def turn_as_dict(thread: str | None, events: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A whole turn as plain values: its text, tool calls, tool results and approval requests.

    Args:
        thread: the name of the conversation.
        events: the name and the plain values of each event, in their order.
    """
    values: dict[str, list[Any]] = {}
    for name, value in events:
        values.setdefault(name, []).append(value)
    return {
        "thread": thread,
        "text": "".join(value["text"] for value in values.get(TextDelta.name, [])),
        "tool_calls": values.get(ToolCall.name, []),
        "tool_results": values.get(ToolResult.name, []),
        "approval_requests": values.get(ApprovalRequest.name, []),
    }
