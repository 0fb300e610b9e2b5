"""``/v1/models``: the models that can be called."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from chainzoo.server.json_response import SafeJSONResponse
from chainzoo.server.services import get_services

router = APIRouter()


@router.get("/v1/models", summary="List models")
async def list_models(request: Request) -> Response:
    """Every fetched card, and every version and alias of the tuned models.

    `task` says what a model is for: `chat`, `embeddings`, or the task it was tuned for.
    """
    services = get_services(request)
    entries = await services.in_thread(services.models.list_entries)
    return SafeJSONResponse({"object": "list", "data": entries})


@router.get("/v1/models/{name:path}", summary="Look up a model")
async def get_model(request: Request, name: str) -> Response:
    """A model by its name. A bare name stands for the latest version of a tuned model."""
    services = get_services(request)
    return SafeJSONResponse(await services.in_thread(lambda: services.models.get_entry(name)))
