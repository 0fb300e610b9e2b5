"""``AgentThreads``: turns in the server's conversations with the agent, one at a time per thread."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from chainzoo.agent.assistant import create_zoo_agent
from chainzoo.agent.conversation import AgentConversation
from chainzoo.agent.events import AgentEvent, ToolResult, turn_as_dict
from chainzoo.server.errors import APIError
from chainzoo.server.settings import ServerSettings
from chainzoo.server.tool_runner import to_plain
from chainzoo.zoo import Zoo

NamedEvent = tuple[str, Any]
"""The name of an event and its plain values."""


class AgentThreads:
    """Conversations with an agent over a zoo, which is created at the first turn."""

    def __init__(self, zoo: Zoo, settings: ServerSettings) -> None:
        self._zoo = zoo
        self._settings = settings
        self._lock = threading.Lock()
        self._agent: Any = None
        self._busy: set[str] = set()

    def approval_requests(self, thread: str) -> list[Any]:
        """The calls in a thread that wait for a person, as plain values."""
        return [
            named_event(request)[1] for request in self._conversation(thread).pending_approvals()
        ]

    def send(
        self, message: str, thread: str | None, cancelled: threading.Event
    ) -> Iterator[NamedEvent]:
        """Send a message and yield the events of the turn, the thread's name first.

        Without ``thread`` a new one begins. Once ``cancelled`` is set, the turn ends after its
        current event.

        Raises:
            APIError: 409, another turn of the thread is in progress.
            AgentError: calls in the thread wait for decisions.
        """
        conversation = self._conversation(thread)
        with self._reserved(conversation.thread):
            yield from _turn(conversation.thread, conversation.stream(message), cancelled)

    def decide(
        self, thread: str, decisions: Mapping[str, Mapping[str, Any]], cancelled: threading.Event
    ) -> Iterator[NamedEvent]:
        """Answer the calls that wait, by their ids, and yield the events that follow.

        Raises:
            APIError: 409, the ids are not those of the calls that wait, or another turn of the
                thread is in progress.
        """
        conversation = self._conversation(thread)
        with self._reserved(thread):
            pending = {request.id for request in conversation.pending_approvals()}
            if pending != set(decisions):
                known = ", ".join(sorted(pending)) or "none"
                raise APIError(
                    409,
                    "approval_mismatch",
                    f"The calls that wait in thread {thread} are: {known}.",
                    remedy="Decide on all of them, and on no other.",
                    param="decisions",
                )
            yield from _turn(thread, conversation.resume(decisions), cancelled)

    def _conversation(self, thread: str | None) -> AgentConversation:
        with self._lock:
            if self._agent is None:
                self._agent = create_zoo_agent(
                    self._zoo,
                    self._settings.llm,
                    roots=list(self._settings.roots),
                    auto_approve_minutes=self._settings.auto_approve_minutes,
                )
        return AgentConversation(self._agent, thread) if thread else AgentConversation(self._agent)

    @contextmanager
    def _reserved(self, thread: str) -> Iterator[None]:
        """Hold a thread for one turn.

        Raises:
            APIError: 409, another turn of the thread is in progress.
        """
        with self._lock:
            if thread in self._busy:
                raise APIError(
                    409,
                    "thread_busy",
                    f"Another turn of thread {thread} is in progress.",
                    remedy="Wait until it ends.",
                )
            self._busy.add(thread)
        try:
            yield
        finally:
            with self._lock:
                self._busy.discard(thread)


def _turn(
    thread: str, events: Iterable[AgentEvent], cancelled: threading.Event
) -> Iterator[NamedEvent]:
    yield "thread", {"thread": thread}
    for event in events:
        yield named_event(event)
        if cancelled.is_set():
            return


def named_event(event: AgentEvent) -> NamedEvent:
    """The name of an event and its plain values, the artifact of a tool's result included."""
    values = to_plain(event.as_dict())
    if isinstance(event, ToolResult):
        values["artifact"] = to_plain(event.artifact)
    return event.name, values


def turn_values(events: Iterable[NamedEvent]) -> dict[str, Any]:
    """A whole turn as one value, from its events."""
    listed = list(events)
    thread = next((value["thread"] for name, value in listed if name == "thread"), None)
    return turn_as_dict(thread, listed)
