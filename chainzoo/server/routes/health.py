"""``/health``, ``/ready`` and ``/metrics``: for operating the server."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from chainzoo.server.backend import SHARED_BASE
from chainzoo.server.concurrency import RETRY_AFTER
from chainzoo.server.errors import APIError
from chainzoo.server.json_response import SafeJSONResponse
from chainzoo.server.services import get_services

METRICS_MEDIA_TYPE = "text/plain; version=0.0.4"
router = APIRouter(tags=["Operations"])


@router.get("/health", summary="Liveness")
async def health() -> Response:
    """Responds 200 as long as the process is alive. Needs no token."""
    return SafeJSONResponse({"status": "ok"})


@router.get("/ready", summary="Readiness")
async def ready(request: Request) -> Response:
    """Responds 200 and the models in memory once the server accepts requests, else 503.

    Needs no token.
    """
    services = get_services(request)
    if not services.ready:
        raise APIError(
            503, "not_ready", "The server is not accepting requests.", headers=RETRY_AFTER
        )
    models = [m.ref for m in services.backend.loaded() if m.kind != SHARED_BASE]
    return SafeJSONResponse({"status": "ready", "models": models})


@router.get("/metrics", summary="Metrics for Prometheus")
async def metrics(request: Request) -> Response:
    """Requests, durations, limits in use and models in memory, in Prometheus's text format."""
    services = get_services(request)
    return Response(services.metrics.render(), media_type=METRICS_MEDIA_TYPE)
