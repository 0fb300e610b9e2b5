"""``/v1/runs``: fine-tunings, listed, looked at, followed and stopped."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from chainzoo.errors import UnknownRunError
from chainzoo.registry import RunRecord
from chainzoo.runs import Run
from chainzoo.server.errors import Json
from chainzoo.server.services import Services
from chainzoo.server.stream import END, EventStream, begin, event
from chainzoo.server.tool_calls import plain

RunId = Annotated[str, Path(max_length=130)]


def routes(services: Services) -> APIRouter:
    """The routes of this module."""
    router = APIRouter(prefix="/v1/runs", tags=["ChainZoo"])

    @router.get("", summary="Fine-tunings, the newest first")
    async def runs(limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> Response:
        found = await services.quick(lambda: [r.record for r in services.zoo.runs()[:limit]])
        return Json({"runs": [_line(record) for record in found]})

    @router.get("/{run}", summary="How one is going, or how it ended")
    async def one(run: RunId) -> Response:
        return Json(await services.quick(lambda: _whole(_run(services, run))))

    @router.get("/{run}/events", summary="Its events, as server-sent events until it ends")
    async def events(request: Request, run: RunId) -> Response:
        found = await services.quick(lambda: _run(services, run))
        pieces, first, rest = await begin(
            services, request, services.talks, lambda over: _followed(found, over)
        )
        return EventStream(_lines(first, rest), pieces, services.settings.seconds)

    @router.post("/{run}/stop", summary="Stop it at its next step; it can be resumed")
    async def stop(run: RunId) -> Response:
        def work() -> dict[str, Any]:
            found = _run(services, run)
            found.stop()
            return _whole(found)

        return Json(await services.quick(work))

    return router


def _run(services: Services, run_id: str) -> Run:
    """A run.

    Raises:
        UnknownRunError: there is none.
    """
    if not run_id.isprintable():
        raise UnknownRunError("A run's name has printable characters only.")
    return services.zoo.run(run_id)


def _line(record: RunRecord) -> dict[str, Any]:
    return {
        "run": record.id,
        "name": record.name,
        "state": record.state,
        "model": record.model,
        "error": record.error,
        "data": record.data,
    }


def _whole(run: Run) -> dict[str, Any]:
    record = run.record
    return {**_line(record), "recipe": plain(record.recipe), "report": plain(run.report)}


def _followed(run: Run, over: threading.Event) -> Iterator[tuple[str, Any]]:
    for found in run.events():
        if over.is_set():
            return
        yield found.kind, plain(found.values)
    yield "ended", {"state": run.state}


async def _lines(first: Any, rest: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    if first is not END:
        yield event(first[1], first[0])
        async for name, value in rest:
            yield event(value, name)
