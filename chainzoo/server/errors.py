"""What went wrong, in OpenAI's error shape: a status, a sentence, and a word for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from chainzoo.errors import (
    AgentError,
    ChainZooError,
    FetchError,
    InvalidInputsError,
    OutOfMemoryError,
    RegistryError,
    TuningError,
    UnknownCardError,
    UnknownModelError,
    UnknownRunError,
    unexpected_error_text,
)

# The first that fits; whatever else ChainZoo refuses is the request's fault.
STATUSES: tuple[tuple[type[ChainZooError], int, str], ...] = (
    (UnknownModelError, 404, "model_not_found"),
    (UnknownCardError, 404, "model_not_found"),
    (UnknownRunError, 404, "run_not_found"),
    (OutOfMemoryError, 503, "out_of_memory"),
    (FetchError, 503, "weights_not_there"),
    (RegistryError, 409, "registry_refused"),
    (TuningError, 409, "run_refused"),
    (AgentError, 409, "agent_refused"),
)
KINDS = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


class APIError(ChainZooError):
    """An answer other than 200, decided by the server itself."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        remedy: str = "",
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.status = status
        self.code = code
        self.param = param
        self.headers = dict(headers or {})
        self.more = dict(more or {})


class Json(Response):
    """A JSON answer that can be encoded whatever is quoted in it."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """UTF-8, with no NaN and with lone surrogates replaced."""
        return encoded(content)


def encoded(content: Any) -> bytes:
    """A value as JSON in UTF-8. NaN and infinity become null."""
    try:
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        text = json.dumps(_finite(content), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, Mapping):
        return {str(key): _finite(found) for key, found in value.items()}
    return [_finite(found) for found in value] if isinstance(value, list | tuple) else value


def refusal_of(error: Exception) -> APIError:
    """The refusal that an error of ChainZoo's, or one nobody foresaw, becomes."""
    if isinstance(error, APIError):
        return error
    if isinstance(error, ChainZooError):
        status, code = next(
            ((s, c) for kind, s, c in STATUSES if isinstance(error, kind)), (400, "bad_request")
        )
        more = {}
        if isinstance(error, InvalidInputsError):
            more["input_errors"] = {str(at): str(each) for at, each in error.errors.items()}
        return APIError(status, code, str(error), more=more)
    return APIError(
        500,
        "internal_error",
        unexpected_error_text(error, detail=False),
        remedy="The server's log has more.",
    )


def as_body(refusal: APIError) -> dict[str, Any]:
    """``{"error": {...}}``, as OpenAI's clients read it."""
    kind = KINDS.get(refusal.status, "server_error" if refusal.status >= 500 else None)
    return {
        "error": {
            "message": str(refusal),
            "type": kind or "invalid_request_error",
            "param": refusal.param,
            "code": refusal.code,
            **refusal.more,
        }
    }


def response_of(error: Exception) -> Response:
    """The HTTP answer for an error."""
    refusal = refusal_of(error)
    return Json(as_body(refusal), status_code=refusal.status, headers=refusal.headers)


def in_a_sentence(errors: list[Any]) -> tuple[str, str | None]:
    """What does not fit a request, by its first two fields; and the first field's name."""
    told, first = [], None
    for found in errors:
        where = [str(part) for part in found["loc"] if part not in ("body", "query", "path")]
        field = ".".join(where)
        first = first or field or None
        said = str(found["msg"]).removeprefix("Value error, ")
        told.append(f"{field or 'The body'}: {said[:1].lower()}{said[1:]}")
    more = f" And {len(told) - 2} more." if len(told) > 2 else ""
    return f"{'. '.join(told[:2])}.{more}", first
