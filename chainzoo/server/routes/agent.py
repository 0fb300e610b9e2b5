"""``/v1/agent``: conversations with the agent, which outlive the connection."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field, model_validator
from sse_starlette import ServerSentEvent
from starlette.responses import Response

from chainzoo.agent.threads import list_threads
from chainzoo.server.agent_threads import AgentThreads, NamedEvent, turn_values
from chainzoo.server.json_response import SafeJSONResponse
from chainzoo.server.request_models import StrictModel, StrictRequest
from chainzoo.server.services import get_services
from chainzoo.server.streaming import EventStream, StreamProducer, sse, start_stream

ROUTE = "/v1/agent"
ThreadName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
router = APIRouter(tags=["ChainZoo"])


class EditedCall(StrictModel):
    """A tool call as a person changed it."""

    name: str
    args: dict[str, Any]


class ApprovalDecision(StrictModel):
    """A person's decision on a call that waits. ``edit`` runs ``edited_action`` instead."""

    type: Literal["approve", "reject", "edit"]
    message: str | None = Field(
        default=None, description="Why a call is rejected, for the agent to read."
    )
    edited_action: EditedCall | None = None

    @model_validator(mode="after")
    def _check_edited_action(self) -> ApprovalDecision:
        if (self.type == "edit") != (self.edited_action is not None):
            raise ValueError("edited_action is required with the type edit, and not allowed else")
        return self


class AgentRequest(StrictRequest):
    """A message, or decisions on the calls that wait, by their ids."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"message": "which model for support tickets under 100 MB?"},
                {"thread": "a1b2c3d4", "decisions": {"3f2a": {"type": "approve"}}},
            ]
        }
    )

    message: str | None = Field(default=None, min_length=1)
    thread: ThreadName | None = Field(
        default=None, description="The conversation to continue; a new one if left out."
    )
    decisions: dict[str, ApprovalDecision] | None = Field(default=None, min_length=1)
    stream: bool = False

    @model_validator(mode="after")
    def _check_one_input(self) -> AgentRequest:
        if (self.message is None) == (self.decisions is None):
            raise ValueError("give either a message or decisions")
        if self.decisions is not None and self.thread is None:
            raise ValueError("decisions need the thread in which calls wait for them")
        return self


class AgentToolCall(StrictModel):
    """A tool that the agent called."""

    tool: str
    args: dict[str, Any]


class AgentToolResult(StrictModel):
    """The result of a tool: a text for the conversation, and plain values for programs."""

    tool: str
    text: str
    failed: bool
    artifact: Any = None


class PendingCall(StrictModel):
    """A call that waits for a person; ``plan`` is what it would do."""

    id: str
    tool: str
    args: dict[str, Any]
    plan: str


class AgentTurn(StrictModel):
    """A turn: the text of the agent, its tool calls and their results, and calls that wait."""

    thread: str | None
    text: str
    tool_calls: list[AgentToolCall]
    tool_results: list[AgentToolResult]
    approval_requests: list[PendingCall]


class AgentThread(StrictModel):
    """A conversation: its name, when it was last continued (UTC), and its first message."""

    thread: str
    updated_at: str
    first_message: str


class AgentThreadList(StrictModel):
    """All conversations, the latest first."""

    threads: list[AgentThread]


class PendingCallList(StrictModel):
    """The calls of a conversation that wait for a person."""

    thread: str
    approval_requests: list[PendingCall]


@router.post(ROUTE, response_model=AgentTurn, summary="Send a message to the agent")
async def create_turn(request: Request, body: AgentRequest) -> Response:
    """Ask the agent in plain language to find, tune, evaluate or call models.

    Send the `thread` of an earlier response to continue its conversation. A call that requires
    approval ends the turn and is listed in `approval_requests`; send `decisions` by the ids of these
    calls to continue. With `stream`, the turn arrives as server-sent events named `thread`, `text`,
    `tool_call`, `tool_result`, `progress` and `approval_request`, and in whole as the last, `done`.
    """
    services = get_services(request)
    services.check_input_size(1, len(body.message or ""), "message")
    services.record(request, ROUTE, 1, body.message, thread=body.thread)

    def produce(cancelled: threading.Event) -> Iterator[NamedEvent]:
        return _start_turn(services.agent_threads, body, cancelled)

    if body.stream:
        producer = await start_stream(services, request, services.agent_calls, produce)
        return EventStream(_events(producer), services.settings.timeout_seconds, producer)
    cancelled = threading.Event()
    turn = await services.run(
        request,
        services.agent_calls,
        lambda: turn_values(produce(cancelled)),
        cancelled.set,
    )
    return SafeJSONResponse(turn)


@router.get(f"{ROUTE}/threads", response_model=AgentThreadList, summary="List conversations")
async def get_threads(request: Request) -> Response:
    """All conversations with the agent, the latest first, including those of the command line."""
    services = get_services(request)
    summaries = await services.in_thread(lambda: list_threads(services.zoo.home))
    threads = [
        {
            "thread": thread.name,
            "updated_at": thread.updated_at.isoformat(),
            "first_message": thread.first_message,
        }
        for thread in summaries
    ]
    return SafeJSONResponse({"threads": threads})


@router.get(
    f"{ROUTE}/threads/{{thread}}",
    response_model=PendingCallList,
    summary="List the calls that wait for approval",
)
async def get_thread(request: Request, thread: ThreadName) -> Response:
    """The calls of a conversation that wait for a person's decision."""
    services = get_services(request)
    pending = await services.in_thread(lambda: services.agent_threads.approval_requests(thread))
    return SafeJSONResponse({"thread": thread, "approval_requests": pending})


def _start_turn(
    agent_threads: AgentThreads, body: AgentRequest, cancelled: threading.Event
) -> Iterator[NamedEvent]:
    if body.decisions is None:
        return agent_threads.send(body.message or "", body.thread, cancelled)
    decisions = {
        call_id: decision.model_dump(exclude_none=True)
        for call_id, decision in body.decisions.items()
    }
    return agent_threads.decide(body.thread or "", decisions, cancelled)


async def _events(producer: StreamProducer[NamedEvent]) -> AsyncIterator[ServerSentEvent]:
    events = []
    async for name, value in producer:
        events.append((name, value))
        yield sse(value, name)
    yield sse(turn_values(events), "done")
