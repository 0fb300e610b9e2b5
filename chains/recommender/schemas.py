"""Requests to a recommender, and its recommendations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chains.recommender.errors import RecommenderError


class RecommendationRequest(BaseModel):
    """Who is recommended to: a known user, a new user who describes a taste, or both."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str | None = Field(default=None, description="Id of a user with interactions.")
    taste: str | None = Field(default=None, description="A sentence about what the user likes.")
    k: int = Field(default=10, ge=1, le=1000, description="Number of items.")
    at: datetime | None = Field(
        default=None, description="As of this time; default right after the user's last event."
    )
    new_items: int = Field(
        default=0, ge=0, le=100, description="Places reserved for items without interactions."
    )
    diversity: float | None = Field(
        default=None, ge=0, le=1, description="Default that of the recommender's settings."
    )

    def timestamp(self) -> int | None:
        """Return ``at`` in seconds since 1970; a time without a zone is in UTC."""
        if self.at is None:
            return None
        at = self.at if self.at.tzinfo else self.at.replace(tzinfo=UTC)
        return int(at.timestamp())


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A recommended item and the reason. New items have the score 0."""

    item: str
    title: str
    score: float
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def parse_request(value: Any) -> RecommendationRequest:
    """Return a request from its fields, or from a user's id.

    Raises:
        RecommenderError: a field is unknown or its value does not fit.
    """
    if isinstance(value, RecommendationRequest):
        return value
    fields = value if isinstance(value, Mapping) else {"user": str(value)}
    try:
        return RecommendationRequest(**fields)
    except (ValidationError, TypeError) as error:
        first: Mapping[str, Any] = {"msg": str(error)}
        if isinstance(error, ValidationError):
            first = error.errors()[0]
        field = ".".join(map(str, first.get("loc", ())))
        raise RecommenderError(
            f"Request field {field!r}: {first['msg']}, found {first.get('input')!r}.",
            remedy=f"Fields are {', '.join(RecommendationRequest.model_fields)}.",
        ) from None
