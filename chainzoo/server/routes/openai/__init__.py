"""Routes of OpenAI's API, so that its clients work with local models."""

from __future__ import annotations

from fastapi import APIRouter

from chainzoo.server.routes.openai import chat_completions, completions, embeddings, models
from chainzoo.server.services import Services

ROUTES = (models, chat_completions, completions, embeddings)


def routes(services: Services) -> APIRouter:
    """The routes of this package."""
    router = APIRouter(tags=["OpenAI"])
    for module in ROUTES:
        router.include_router(module.routes(services))
    return router
