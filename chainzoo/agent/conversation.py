"""A conversation with an agent, turn by turn, as a stream of events."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk, ToolMessage

from chainzoo.agent.events import (
    AgentEvent,
    ApprovalRequest,
    Progress,
    TextDelta,
    ToolCall,
    ToolResult,
)
from chainzoo.errors import AgentError, ChainZooError, first_line

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig
    from langgraph.graph.state import CompiledStateGraph
    from langgraph.types import StreamMode

MAX_GRAPH_STEPS = 150  # Per turn; the limit on tool calls is reached long before.


@dataclass(slots=True)
class AgentConversation:
    """A conversation thread of an agent. Another process may continue it under the same name."""

    agent: CompiledStateGraph[Any, Any, Any, Any]
    thread: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    def stream(self, text: str) -> Iterator[AgentEvent]:
        """Send a message and yield events until the turn ends or waits for a person.

        Raises:
            AgentError: a call of this thread still waits for an approval, or the model failed.
        """
        if self.pending_approvals():
            raise AgentError(
                f"Thread {self.thread} waits for an answer to an earlier plan.",
                remedy="Approve or reject it first.",
            )
        yield from self._run({"messages": [{"role": "user", "content": text}]})

    def pending_approvals(self) -> list[ApprovalRequest]:
        """The calls that wait for a person."""
        requests = []
        for pending in self.agent.get_state(self._config).interrupts:
            call: Mapping[str, Any] = pending.value
            requests.append(
                ApprovalRequest(pending.id, call["name"], dict(call["args"]), call["description"])
            )
        return requests

    def resume(self, decisions: Mapping[str, Mapping[str, Any]]) -> Iterator[AgentEvent]:
        """Decide on waiting calls by their id and yield the events that follow.

        Each decision has LangChain's form: ``{"type": "approve"}``, ``{"type": "reject",
        "message": …}``, or ``{"type": "edit", "edited_action": {"name": …, "args": {…}}}``.

        Raises:
            AgentError: the model failed.
        """
        from langgraph.types import Command

        yield from self._run(Command(resume=dict(decisions)))

    @property
    def _config(self) -> RunnableConfig:
        return {"configurable": {"thread_id": self.thread}, "recursion_limit": MAX_GRAPH_STEPS}

    def _run(self, graph_input: Any) -> Iterator[AgentEvent]:
        modes: list[StreamMode] = ["messages", "updates", "custom"]
        streamed: set[str] = set()
        try:
            for mode, value in self.agent.stream(graph_input, self._config, stream_mode=modes):
                yield from _events(mode, value, streamed)
        except ChainZooError:
            raise
        except Exception as error:  # A provider's model or a graph may raise anything.
            raise AgentError(
                f"The agent failed ({type(error).__name__}): {first_line(error)}",
                remedy="Repeat the message, or start a new thread.",
            ) from error
        yield from self.pending_approvals()


def _events(mode: str, value: Any, streamed: set[str]) -> Iterator[AgentEvent]:
    """The events in one item of LangGraph's stream; ``streamed`` collects ids of messages."""
    if mode == "custom":
        yield Progress(value)
    elif mode == "messages":
        message, metadata = cast("tuple[Any, Mapping[str, Any]]", value)
        if not _is_summary(str(metadata.get("langgraph_node", ""))):
            yield from _text_deltas(message, streamed)
    else:
        yield from _updates(cast("Mapping[str, Any]", value), streamed)


def _text_deltas(message: Any, streamed: set[str]) -> Iterator[AgentEvent]:
    """The pieces of an answer as they are generated."""
    if isinstance(message, AIMessageChunk | AIMessage) and message.text:
        if message.id:
            streamed.add(message.id)
        yield TextDelta(str(message.text))


def _updates(update: Mapping[str, Any], streamed: set[str]) -> Iterator[AgentEvent]:
    """The calls, the results, and the answers that were not streamed."""
    for node, values in update.items():
        if node == "__interrupt__" or _is_summary(node) or not isinstance(values, Mapping):
            continue
        messages = values.get("messages", [])
        for message in messages if isinstance(messages, list) else []:
            if isinstance(message, AIMessage):
                if message.text and message.id not in streamed:
                    yield TextDelta(str(message.text))
                for call in message.tool_calls:
                    yield ToolCall(call["name"], call["args"])
            elif isinstance(message, ToolMessage):
                failed = message.status == "error"
                yield ToolResult(message.name or "", str(message.text), message.artifact, failed)


def _is_summary(node: str) -> bool:
    """Whether a node of the graph only summarises earlier messages."""
    return node.startswith("SummarizationMiddleware")
