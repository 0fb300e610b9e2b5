"""The application: routes, errors in one shape, and the guard before it all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from chainzoo import __version__
from chainzoo.errors import ChainZooError
from chainzoo.server.auth import AuthMiddleware
from chainzoo.server.errors import APIError, in_a_sentence, response_of
from chainzoo.server.routes import agent, health, openai, openai_chat, predict, runs, tools
from chainzoo.server.services import Services

ROUTES: tuple[Any, ...] = (openai, openai_chat, predict, agent, runs, tools, health)
ABOUT = """Tuned models, local chat models and an agent behind one address.

Existing clients of OpenAI's API work unchanged: set their base URL to `/v1` of this server, and
their key to its token. `/v1/predict`, `/v1/agent`, `/v1/runs` and `/v1/tools` are ChainZoo's own.
Errors have OpenAI's shape. A busy server answers 429 with `Retry-After`."""
REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "Why not, in a sentence",
        "content": {
            "application/json": {
                "example": {
                    "error": {
                        "message": "There is no tuned model 'x'. None has been tuned yet.",
                        "type": "not_found_error",
                        "param": None,
                        "code": "model_not_found",
                    }
                }
            }
        },
    }
}


def build_app(services: Services) -> ASGIApp:
    """The ASGI application around services. They are closed when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await services.quick(services.warm_up)
        yield
        await services.quick(services.close)

    app = FastAPI(
        title="ChainZoo",
        version=__version__,
        description=ABOUT,
        lifespan=lifespan,
        responses=REFUSALS,
        redoc_url=None,
    )
    for module in ROUTES:
        app.include_router(module.routes(services))
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ChainZooError, _refused)
    app.add_exception_handler(Exception, _refused)
    app.state.services = services
    return AuthMiddleware(app, services.settings, services.metrics)


async def _malformed(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    sentence, field = in_a_sentence(list(error.errors()))
    return response_of(APIError(400, "malformed", sentence, param=field))


async def _http(request: Request, error: Exception) -> Response:
    """Starlette's own answers; one that stands for a refusal of ours gives way to it."""
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, APIError):
        return response_of(error.__cause__)
    sentences = {
        404: f"There is nothing at {request.url.path[:200]}. See /docs.",
        405: f"{request.method} is not for {request.url.path[:200]}. See /docs.",
    }
    said = sentences.get(error.status_code, f"{str(error.detail).rstrip('.')}.")
    headers = dict(error.headers or {})
    return response_of(APIError(error.status_code, "bad_request", said, headers=headers))


async def _refused(_: Request, error: Exception) -> Response:
    return response_of(error)
