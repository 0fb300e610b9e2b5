"""What is asked, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chains.recommender.problems import RecommenderError


class Request(BaseModel):
    """Who asks: a user by id, somebody by a sentence of taste, or both."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str | None = Field(default=None, description="Id of a user with a past.")
    taste: str | None = Field(default=None, description="A sentence on what is liked.")
    k: int = Field(default=10, ge=1, le=1000, description="Number of items.")
    at: datetime | None = Field(
        default=None, description="The moment; else after the user's last event."
    )
    fresh: int = Field(
        default=0, ge=0, le=100, description="Places kept for items nobody touched yet."
    )
    diversity: float | None = Field(
        default=None, ge=0, le=1, description="Else as the config says."
    )

    def moment(self) -> int | None:
        """The asked moment in seconds since 1970; a time without a zone is in UTC."""
        if self.at is None:
            return None
        at = self.at if self.at.tzinfo else self.at.replace(tzinfo=UTC)
        return int(at.timestamp())


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An item for somebody, and why."""

    item: str
    title: str
    score: float
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """The recommendation as plain values."""
        return asdict(self)


def as_request(value: Any) -> Request:
    """What is asked, validated."""
    if isinstance(value, Request):
        return value
    try:
        return Request(**value) if isinstance(value, Mapping) else Request(user=str(value))
    except (ValidationError, TypeError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else {"msg": str(error)}
        field = ".".join(map(str, first.get("loc", ())))
        raise RecommenderError(
            f"Request field {field!r}: {first['msg']}, found {first.get('input')!r}.",
            remedy=f"Fields are {', '.join(Request.model_fields)}.",
        ) from None
