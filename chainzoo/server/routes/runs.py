"""``/v1/runs``: fine-tuning runs and their events."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from sse_starlette import ServerSentEvent
from starlette.responses import Response, StreamingResponse

from chainzoo.errors import UnknownRunError
from chainzoo.registry import RunRecord
from chainzoo.runs import Run
from chainzoo.server.json_response import SafeJSONResponse
from chainzoo.server.request_models import StrictModel
from chainzoo.server.services import Services, get_services
from chainzoo.server.streaming import EventStream, StreamProducer, sse, start_stream
from chainzoo.server.tool_runner import to_plain

RunId = Annotated[str, Path(max_length=130)]
router = APIRouter(prefix="/v1/runs", tags=["ChainZoo"])


class RunSummary(StrictModel):
    """A run. ``state`` is queued, running, finished, failed, stopped or interrupted."""

    run: str
    name: str
    state: str
    model: str | None
    error: str | None
    data: str


class RunDetails(RunSummary):
    """A run with its recipe, and with the report of its model once there is one."""

    recipe: dict[str, Any]
    report: dict[str, Any] | None


class RunList(StrictModel):
    """Runs, the newest first."""

    runs: list[RunSummary]


@router.get("", response_model=RunList, summary="List runs")
async def list_runs(
    request: Request, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> Response:
    """Fine-tuning runs, the newest first."""
    services = get_services(request)
    records = await services.in_thread(lambda: [run.record for run in services.zoo.runs()[:limit]])
    return SafeJSONResponse({"runs": [_summary(record) for record in records]})


@router.get("/{run}", response_model=RunDetails, summary="Look up a run")
async def get_run(request: Request, run: RunId) -> Response:
    """The state of a run, its recipe, and the report of its model once there is one."""
    services = get_services(request)
    return SafeJSONResponse(await services.in_thread(lambda: _details(_find_run(services, run))))


@router.get(
    "/{run}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    summary="Follow a run",
)
async def stream_events(request: Request, run: RunId) -> Response:
    """All events of a run, as server-sent events, until the event `ended` with its state."""
    services = get_services(request)
    followed = await services.in_thread(lambda: _find_run(services, run))
    producer = await start_stream(
        services, request, services.agent_calls, lambda cancelled: _follow(followed, cancelled)
    )
    return EventStream(_events(producer), services.settings.timeout_seconds, producer)


@router.post("/{run}/stop", response_model=RunDetails, summary="Stop a run")
async def stop_run(request: Request, run: RunId) -> Response:
    """Ask a run to stop at its next step. `chainzoo tune --resume` continues it."""
    services = get_services(request)

    def stop() -> dict[str, Any]:
        running = _find_run(services, run)
        running.stop()
        return _details(running)

    return SafeJSONResponse(await services.in_thread(stop))


def _find_run(services: Services, run_id: str) -> Run:
    """A run by its id.

    Raises:
        UnknownRunError: there is no such run.
    """
    if not run_id.isprintable():
        raise UnknownRunError("The id of a run has printable characters only.")
    return services.zoo.run(run_id)


def _summary(record: RunRecord) -> dict[str, Any]:
    return {
        "run": record.id,
        "name": record.name,
        "state": record.state,
        "model": record.model,
        "error": record.error,
        "data": record.data,
    }


def _details(run: Run) -> dict[str, Any]:
    record = run.record
    return {**_summary(record), "recipe": to_plain(record.recipe), "report": to_plain(run.report)}


def _follow(run: Run, cancelled: threading.Event) -> Iterator[tuple[str, Any]]:
    """The name and values of each event of a run, until it ends."""
    for event in run.events():
        if cancelled.is_set():
            return
        yield event.kind, to_plain(event.values)
    yield "ended", {"state": run.state}


async def _events(producer: StreamProducer[tuple[str, Any]]) -> AsyncIterator[ServerSentEvent]:
    async for name, value in producer:
        yield sse(value, name)
