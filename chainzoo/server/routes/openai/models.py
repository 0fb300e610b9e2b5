"""``/v1/models``: the models that can be called."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from chainzoo.server.json_response import SafeJSONResponse
from chainzoo.server.services import Services


def routes(services: Services) -> APIRouter:
    """The routes of this module."""
    router = APIRouter()

    @router.get("/v1/models", summary="List models")
    async def list_models() -> Response:
        """Every fetched card, and every version and alias of the tuned models.

        `task` says what a model is for: `chat`, `embeddings`, or the task it was tuned for.
        """
        entries = await services.in_thread(services.models.list_entries)
        return SafeJSONResponse({"object": "list", "data": entries})

    @router.get("/v1/models/{name:path}", summary="Look up a model")
    async def get_model(name: str) -> Response:
        """A model by its name. A bare name stands for the latest version of a tuned model."""
        return SafeJSONResponse(await services.in_thread(lambda: services.models.get_entry(name)))

    return router
