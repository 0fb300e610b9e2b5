"""``build_app``: the ASGI application, from its routes, error handlers and middleware."""

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
from chainzoo.server.auth import PUBLIC_PATHS, AuthMiddleware
from chainzoo.server.body_limit import BodyLimitMiddleware
from chainzoo.server.errors import APIError, error_response, validation_error
from chainzoo.server.request_log import RequestLogMiddleware
from chainzoo.server.routes import agent, health, openai, predict, runs, tools
from chainzoo.server.services import Services

ROUTERS = tuple(module.router for module in (openai, predict, agent, runs, tools, health))
DESCRIPTION = """Tuned models, local chat models and an agent at one address.

Clients of OpenAI's API work unchanged: set the base URL to `/v1` of this server, and the API key to
the server's token. `/v1/predict`, `/v1/agent`, `/v1/runs` and `/v1/tools` are ChainZoo's own.

OpenAI's routes ignore fields that mean nothing to a local model, because OpenAI's clients send some
with every request. ChainZoo's own routes reject unknown fields. Errors have OpenAI's shape. A busy
server responds 429 with the header `Retry-After`."""
ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "The request was refused; `message` says why, `code` is for programs.",
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
    """The ASGI application over services, which it closes when it shuts down."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await services.in_thread(services.warm_up)
        yield
        await services.in_thread(services.close)

    api = FastAPI(
        title="ChainZoo",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        responses=ERROR_RESPONSES,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    for router in ROUTERS:
        api.include_router(router)
    api.state.services = services  # Read by get_services.
    _add_error_handlers(api)
    settings = services.settings
    app: ASGIApp = BodyLimitMiddleware(api, settings.max_body_bytes, settings.timeout_seconds)
    app = AuthMiddleware(app, settings.secret, PUBLIC_PATHS)
    return RequestLogMiddleware(app, services.metrics)


def _add_error_handlers(api: FastAPI) -> None:
    @api.exception_handler(RequestValidationError)
    async def invalid_request(_: Request, error: RequestValidationError) -> Response:
        return error_response(validation_error(error.errors()))

    @api.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        return error_response(_from_http(request, error))

    @api.exception_handler(ChainZooError)
    @api.exception_handler(Exception)
    async def any_error(_: Request, error: Exception) -> Response:
        return error_response(error)


def _from_http(request: Request, error: HTTPException) -> APIError:
    """The error of FastAPI or Starlette as one of ours.

    FastAPI wraps an exception that reading the body raised, such as ``BodyLimitMiddleware``'s.
    """
    if isinstance(error.__cause__, APIError):
        return error.__cause__
    path = request.url.path[:200]
    sentences = {
        404: f"There is no route {path}. See /docs.",
        405: f"The route {path} does not accept {request.method}. See /docs.",
    }
    message = sentences.get(error.status_code, f"{str(error.detail).rstrip('.')}.")
    headers = dict(error.headers or {})
    return APIError(error.status_code, "bad_request", message, headers=headers)
