"""What an extraction is told."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ExtractionConfig(BaseModel):
    """``entities`` and ``relations`` are tuned models; without relations, names of one sentence
    are linked as mentioned together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entities: str = Field(min_length=1)
    relations: str | None = None
    least_entity_score: float = Field(default=0.5, ge=0, le=1)
    least_relation_score: float = Field(default=0.5, ge=0, le=1)
    link_names: bool = True
    batch_size: int = Field(default=64, ge=1, le=4096)
