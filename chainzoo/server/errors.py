"""Errors of the API in OpenAI's shape: a status, a sentence, and a code for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from chainzoo.errors import (
    AgentError,
    ChainZooError,
    FetchError,
    InvalidInputsError,
    ModelLoadError,
    OutOfMemoryError,
    RegistryError,
    TuningError,
    UnknownCardError,
    UnknownModelError,
    UnknownRunError,
    unexpected_error_text,
)
from chainzoo.server.json_response import SafeJSONResponse

# The first entry that matches decides; any other ChainZooError is the request's fault: 400.
STATUSES: tuple[tuple[type[ChainZooError], int, str], ...] = (
    (UnknownModelError, 404, "model_not_found"),
    (UnknownCardError, 404, "model_not_found"),
    (UnknownRunError, 404, "run_not_found"),
    (OutOfMemoryError, 503, "out_of_memory"),
    (FetchError, 503, "weights_unavailable"),
    (ModelLoadError, 503, "weights_unavailable"),
    (RegistryError, 409, "registry_conflict"),
    (TuningError, 409, "run_conflict"),
    (AgentError, 409, "agent_error"),
)
ERROR_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


class APIError(ChainZooError):
    """An error response that the server itself decides on.

    Args:
        status: the HTTP status.
        code: a stable word for programs.
        message: what was wrong.
        remedy: what the caller can do.
        param: the field of the request that was wrong.
        headers: further headers of the response.
        details: further fields of the error object.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        remedy: str = "",
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.status = status
        self.code = code
        self.param = param
        self.headers = dict(headers or {})
        self.details = dict(details or {})


def to_api_error(error: Exception) -> APIError:
    """The API error for any exception; one that is not of ChainZoo becomes a 500."""
    if isinstance(error, APIError):
        return error
    if isinstance(error, ChainZooError):
        status, code = next(
            ((s, c) for kind, s, c in STATUSES if isinstance(error, kind)), (400, "bad_request")
        )
        return APIError(status, code, str(error), details=_details(error))
    return APIError(
        500,
        "internal_error",
        unexpected_error_text(error, detail=False),
        remedy="The server's log has the traceback.",
    )


def _details(error: ChainZooError) -> dict[str, Any]:
    """The error of each input, by its position, where only some inputs of a batch are invalid."""
    if not isinstance(error, InvalidInputsError):
        return {}
    return {"input_errors": {str(index): str(each) for index, each in error.errors.items()}}


def error_body(error: APIError) -> dict[str, Any]:
    """``{"error": {...}}``, as OpenAI's clients read it."""
    default = "server_error" if error.status >= 500 else "invalid_request_error"
    return {
        "error": {
            "message": str(error),
            "type": ERROR_TYPES.get(error.status, default),
            "param": error.param,
            "code": error.code,
            **error.details,
        }
    }


def error_response(error: Exception) -> Response:
    """The HTTP response for an exception."""
    api_error = to_api_error(error)
    return SafeJSONResponse(
        error_body(api_error), status_code=api_error.status, headers=api_error.headers
    )


def validation_error(errors: Sequence[Mapping[str, Any]]) -> APIError:
    """The 400 for a request that does not match its schema; the first two errors are quoted."""
    sentences, param = [], None
    for error in errors:
        path = ".".join(str(p) for p in error["loc"] if p not in ("body", "query", "path"))
        param = param or path or None
        text = str(error["msg"]).removeprefix("Value error, ")
        sentences.append(f"{path or 'The body'}: {text[:1].lower()}{text[1:]}")
    rest = f" {len(sentences) - 2} more errors follow." if len(sentences) > 2 else ""
    return APIError(400, "invalid_request", f"{'. '.join(sentences[:2])}.{rest}", param=param)
