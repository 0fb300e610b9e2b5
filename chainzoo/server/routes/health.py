"""``/health``, ``/ready`` and ``/metrics``: for whoever keeps the server running."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from chainzoo.server.errors import APIError, Json
from chainzoo.server.services import Services


def routes(services: Services) -> APIRouter:
    """The routes of this module."""
    router = APIRouter(tags=["Health"])

    @router.get("/health", summary="The process answers")
    async def health() -> Response:
        return Json({"status": "ok"})

    @router.get("/ready", summary="Models are loaded, and the server is not stopping")
    async def ready() -> Response:
        if not services.ready:
            raise APIError(503, "not_ready", "Not ready.", headers={"Retry-After": "1"})
        return Json(
            {
                "status": "ready",
                "models": [one.ref for one in services.models.loaded() if one.kind != "base"],
            }
        )

    @router.get("/metrics", summary="For Prometheus")
    async def metrics() -> Response:
        return Response(services.metrics.page(), media_type="text/plain; version=0.0.4")

    return router
