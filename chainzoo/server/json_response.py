"""JSON responses that never fail to encode, whatever text or number they quote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response


class SafeJSONResponse(Response):
    """A JSON response in UTF-8."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The body; see :func:`dump_json`."""
        return dump_json(content)


def dump_json(value: Any) -> bytes:
    """JSON in UTF-8: NaN and infinity become null, half a surrogate pair becomes ``?``."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        text = json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value
