"""One conversation with an agent, turn by turn, as a stream of things to show."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk, ToolMessage

from chainzoo.errors import AgentError, ChainZooError

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig
    from langgraph.graph.state import CompiledStateGraph
    from langgraph.types import StreamMode

STEPS = 150  # Steps of the graph a turn; the limit on tool calls is reached long before.


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the agent's answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool is being called."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gave: words for the talk, and the object for programs."""

    tool: str
    text: str
    artifact: Any = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a tool has come."""

    values: Any


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A call that waits for a person; answer it with :meth:`AgentConversation.decide`."""

    id: str
    tool: str
    arguments: dict[str, Any]
    description: str


Happening = TextDelta | ToolCall | ToolResult | Progress | ApprovalRequest


@dataclass(slots=True)
class AgentConversation:
    """A thread of an agent. Another process may go on with it under the same name."""

    agent: CompiledStateGraph[Any, Any, Any, Any]
    thread: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    def ask(self, text: str) -> Iterator[Happening]:
        """Say something; gives what happens, until the turn ends or waits for a person.

        Raises:
            AgentError: a call of this thread still waits for an answer, or the model failed.
        """
        if self.waiting():
            raise AgentError(
                f"Thread {self.thread} waits for an answer to an earlier plan.",
                remedy="Approve or reject it first.",
            )
        yield from self._run({"messages": [{"role": "user", "content": text}]})

    def waiting(self) -> list[ApprovalRequest]:
        """The calls that wait for a person."""
        found = []
        for waits in self.agent.get_state(self._config).interrupts:
            asked: Mapping[str, Any] = waits.value
            found.append(
                ApprovalRequest(waits.id, asked["name"], dict(asked["args"]), asked["description"])
            )
        return found

    def decide(self, decisions: Mapping[str, Mapping[str, Any]]) -> Iterator[Happening]:
        """Answer waiting calls by their id, each with a decision of LangChain's form.

        That is ``{"type": "approve"}``, ``{"type": "reject", "message": …}``, or ``{"type":
        "edit", "edited_action": {"name": …, "args": {…}}}``.
        """
        from langgraph.types import Command

        yield from self._run(Command(resume=dict(decisions)))

    @property
    def _config(self) -> RunnableConfig:
        return {"configurable": {"thread_id": self.thread}, "recursion_limit": STEPS}

    def _run(self, given: Any) -> Iterator[Happening]:
        modes: list[StreamMode] = ["messages", "updates", "custom"]
        said: set[str] = set()
        try:
            for mode, value in self.agent.stream(given, self._config, stream_mode=modes):
                if mode == "custom":
                    yield Progress(value)
                elif mode == "messages":
                    message, facts = cast("tuple[Any, Mapping[str, Any]]", value)
                    if not _is_summary(str(facts.get("langgraph_node", ""))):
                        yield from _words(message, said)
                else:
                    yield from _updates(cast("Mapping[str, Any]", value), said)
        except ChainZooError:
            raise
        except Exception as error:  # Whatever a provider's model or a graph raises.
            raise AgentError(
                f"The agent could not go on ({type(error).__name__}): {_first_line(error)}",
                remedy="Say it again, or begin a new thread.",
            ) from error
        yield from self.waiting()


def _words(message: Any, said: set[str]) -> Iterator[Happening]:
    """The pieces of an answer as they are generated."""
    if isinstance(message, AIMessageChunk | AIMessage) and message.text:
        if message.id:
            said.add(message.id)
        yield TextDelta(str(message.text))


def _updates(update: Mapping[str, Any], said: set[str]) -> Iterator[Happening]:
    for node, values in update.items():
        if node == "__interrupt__" or _is_summary(node) or not isinstance(values, Mapping):
            continue
        messages = values.get("messages", [])
        for message in messages if isinstance(messages, list) else []:
            if isinstance(message, AIMessage):
                if message.text and message.id not in said:
                    yield TextDelta(str(message.text))
                for call in message.tool_calls:
                    yield ToolCall(call["name"], call["args"])
            elif isinstance(message, ToolMessage):
                failed = message.status == "error"
                yield ToolResult(message.name or "", str(message.text), message.artifact, failed)


def _is_summary(node: str) -> bool:
    """Whether a step of the graph only shortens what was said before."""
    return node.startswith("SummarizationMiddleware")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0]
