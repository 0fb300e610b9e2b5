"""``/v1/agent``: conversations that outlive the connection, with approvals, whole or streamed."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from chainzoo.agent.assistant import create_zoo_agent
from chainzoo.agent.conversation import AgentConversation
from chainzoo.agent.events import AgentEvent, ToolResult, turn_as_dict
from chainzoo.agent.threads import list_threads
from chainzoo.server.errors import APIError, Json
from chainzoo.server.openai_schemas import Body
from chainzoo.server.services import Services
from chainzoo.server.stream import END, EventStream, begin, event
from chainzoo.server.tool_calls import plain

ROUTE = "/v1/agent"
ThreadName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Edited(BaseModel):
    """A call as a person changed it."""

    model_config = ConfigDict(extra="forbid")

    name: str
    args: dict[str, Any]


class Decision(BaseModel):
    """A person's answer to a call that waits."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["approve", "reject", "edit"]
    message: str | None = None
    edited_action: Edited | None = None

    @model_validator(mode="after")
    def _whole(self) -> Decision:
        if (self.type == "edit") != (self.edited_action is not None):
            raise ValueError("edited_action belongs to the type edit, and to no other")
        return self


class AgentRequest(Body):
    """Something said, or answers to calls that wait, by their ids; in a thread or a new one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"message": "which model for support tickets under 100 MB?"},
                {"thread": "a1b2c3d4", "decisions": {"3f2a": {"type": "approve"}}},
            ]
        },
    )

    message: str | None = Field(default=None, min_length=1)
    thread: ThreadName | None = None
    decisions: dict[str, Decision] | None = Field(default=None, min_length=1)
    stream: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> AgentRequest:
        if (self.message is None) == (self.decisions is None):
            raise ValueError("give either a message or decisions")
        if self.decisions is not None and self.thread is None:
            raise ValueError("decisions need the thread that waits for them")
        return self


class AgentThreads:
    """The one agent of this server, and which of its threads are being talked in."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._agent: Any = None
        self._busy: set[str] = set()

    def conversation(self, thread: str | None) -> AgentConversation:
        """A thread, or a new one."""
        with self._lock:
            if self._agent is None:
                settings = self._services.settings
                self._agent = create_zoo_agent(
                    self._services.zoo,
                    settings.llm,
                    roots=list(settings.roots),
                    auto_approve_minutes=settings.auto_approve_minutes,
                )
        return AgentConversation(self._agent, thread) if thread else AgentConversation(self._agent)

    def turn(self, told: AgentRequest, over: threading.Event) -> Iterator[tuple[str, Any]]:
        """What happens, each with its name; the thread's name first.

        Raises:
            APIError: somebody else is talking in that thread, or nothing waits under an id.
        """
        talk = self.conversation(told.thread)
        with self._lock:
            if talk.thread in self._busy:
                raise APIError(
                    409,
                    "thread_busy",
                    f"Thread {talk.thread} is being talked in.",
                    remedy="Wait for that turn to end.",
                )
            self._busy.add(talk.thread)
        try:
            events = self._events(talk, told)
            yield "thread", {"thread": talk.thread}
            for agent_event in events:
                yield agent_event.name, event_values(agent_event)
                if over.is_set():
                    return
        finally:
            with self._lock:
                self._busy.discard(talk.thread)

    def _events(self, talk: AgentConversation, told: AgentRequest) -> Iterator[AgentEvent]:
        if told.decisions is None:
            return talk.stream(told.message or "")
        waiting = {request.id for request in talk.pending_approvals()}
        if waiting != set(told.decisions):
            known = ", ".join(sorted(waiting)) or "none"
            raise APIError(
                409,
                "not_waiting",
                f"The calls that wait in thread {talk.thread} are: {known}.",
                remedy="Answer all of them, and no other.",
                param="decisions",
            )
        answers = {k: d.model_dump(exclude_none=True) for k, d in told.decisions.items()}
        return talk.resume(answers)


def routes(services: Services) -> APIRouter:
    """The routes of this module."""
    router = APIRouter(tags=["ChainZoo"])
    talks = AgentThreads(services)

    @router.post(ROUTE, summary="Talk: find, tune, judge and call models in plain language")
    async def talk(request: Request, told: AgentRequest) -> Response:
        services.check_inputs(1, len(told.message or ""), "message")
        services.note(request, ROUTE, 1, told.message, thread=told.thread)
        if told.stream:
            pieces, first, rest = await begin(
                services, request, services.talks, lambda over: talks.turn(told, over)
            )
            return EventStream(_lines(first, rest), pieces, services.settings.seconds)
        over = threading.Event()
        happened = await services.do(
            request, services.talks, lambda: list(talks.turn(told, over)), over.set
        )
        return Json(whole(happened))

    @router.get(f"{ROUTE}/threads", summary="All conversations, the latest first")
    async def threads() -> Response:
        summaries = await services.quick(lambda: list_threads(services.zoo.home))
        lines = [
            {
                "thread": summary.name,
                "updated_at": summary.updated_at.isoformat(),
                "first_message": summary.first_message,
            }
            for summary in summaries
        ]
        return Json({"threads": lines})

    @router.get(f"{ROUTE}/threads/{{thread}}", summary="What waits for an answer in a conversation")
    async def waiting(thread: ThreadName) -> Response:
        requests = await services.quick(lambda: talks.conversation(thread).pending_approvals())
        return Json({"thread": thread, "approval_requests": [event_values(r) for r in requests]})

    return router


async def _lines(first: Any, rest: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    happened = []
    if first is not END:
        happened.append(first)
        yield event(first[1], first[0])
        async for name, value in rest:
            happened.append((name, value))
            yield event(value, name)
    yield event(whole(happened), "done")


def event_values(agent_event: AgentEvent) -> Any:
    """An event as values for JSON, the artifact of a tool result included."""
    values = plain(agent_event.as_dict())
    if isinstance(agent_event, ToolResult):
        values["artifact"] = plain(agent_event.artifact)
    return values


def whole(happened: list[tuple[str, Any]]) -> Mapping[str, Any]:
    """A turn as one value."""
    thread = next((value["thread"] for name, value in happened if name == "thread"), None)
    return turn_as_dict(thread, happened)
