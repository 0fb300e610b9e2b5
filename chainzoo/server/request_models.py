"""Base classes of request bodies: ours forbid unknown fields, those of OpenAI's API ignore them."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

ModelName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="A card or a tuned model: `name`, `name@version` or `name@alias`.",
    ),
]


class StrictModel(BaseModel):
    """A value of ChainZoo's own API. An unknown field is an error."""

    model_config = ConfigDict(extra="forbid")


class LenientModel(BaseModel):
    """A value of OpenAI's API. Unknown fields are ignored.

    OpenAI's clients send fields that have no meaning for local models, such as ``user`` or
    ``service_tier``. Rejecting them would break clients that work otherwise.
    """

    model_config = ConfigDict(extra="ignore")


class _ValidText(BaseModel):
    """Reject text that is not valid Unicode: JSON can express half a surrogate pair."""

    model_config = ConfigDict(extra="forbid")  # The other base of a request decides.

    @model_validator(mode="before")
    @classmethod
    def _reject_invalid_text(cls, value: Any) -> Any:
        try:
            json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
        except (UnicodeEncodeError, RecursionError):
            raise ValueError("a text is not valid Unicode, or is nested too deeply") from None
        return value


class StrictRequest(_ValidText, StrictModel):
    """A request body of ChainZoo's own API."""


class LenientRequest(_ValidText, LenientModel):
    """A request body of OpenAI's API."""


class StreamOptions(LenientModel):
    """Options of a streamed response of OpenAI's API."""

    include_usage: bool = Field(
        default=False, description="End the stream with a chunk that holds the token counts."
    )
