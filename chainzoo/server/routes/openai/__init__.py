"""Routes of OpenAI's API, so that its clients work with local models."""

from __future__ import annotations

from fastapi import APIRouter

from chainzoo.server.routes.openai import chat_completions, completions, embeddings, models

router = APIRouter(tags=["OpenAI"])
for module in (models, chat_completions, completions, embeddings):
    router.include_router(module.router)
